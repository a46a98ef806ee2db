// One program that carries the real application controller and repo server of Argo CD, an in-memory Redis for their cache, and
// what Argo CD makes of single objects.
//
//	argocd redis 127.0.0.1:16380
//	argocd controller  <flags of argocd-application-controller>
//	argocd repo-server <flags of argocd-repo-server>
//	argocd health argocd-cm.yaml < objects.json  # a line of JSON for each object: its health by the scripts of the ConfigMap
//	argocd lua-tests resource_customizations     # runs health_test.yaml and action_test.yaml of each folder
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alicebob/miniredis/v2"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

var usage = errors.New("usage: argocd redis|controller|repo-server|health|lua-tests ...")

func main() {
	if len(os.Args) < 2 {
		fail(usage)
	}
	command, args := os.Args[1], os.Args[2:]
	// The programs of Argo CD parse the command line by themselves.
	os.Args = append([]string{"argocd-" + command}, args...)
	if err := run(command, args); err != nil {
		fail(err)
	}
}

func run(command string, args []string) error {
	switch {
	case command == "redis" && len(args) == 1:
		return serveRedis(args[0])
	case command == "controller":
		return controller.NewCommand().Execute()
	case command == "repo-server":
		return reposerver.NewCommand().Execute()
	case command == "health" && len(args) == 1:
		return judgeHealth(args[0], os.Stdin, os.Stdout)
	case command == "lua-tests" && len(args) == 1:
		return testScripts(args[0], os.Stdout)
	default:
		return usage
	}
}

func serveRedis(address string) error {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(address); err != nil {
		return err
	}
	defer server.Close()
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	<-end
	return nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
