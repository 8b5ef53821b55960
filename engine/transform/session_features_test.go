package transform

