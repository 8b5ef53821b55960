module github.com/pageleap/pageleap

go 1.26
