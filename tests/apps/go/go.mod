module monaka.test/app

go 1.27
