//go:build js

// Command worker is pageleap in a Cloudflare Worker. make worker builds it, and
// edge/README.md says how to deploy it.
package main

import "github.com/pageleap/pageleap/edge/worker/instance"

func main() { instance.Run(instance.Options{}) }
