// Says what two libraries of Flux make of Kubernetes objects: kstatus, the verdict by which Flux and others decide whether to
// wait, to go on or to give up; and the checker that Flux has for the conditions of its own controllers.
//
// Reads one object or a List as JSON from standard input, as `kubectl get -o json` prints them, and writes one line
// of JSON for each: {"kind", "namespace", "name", "status", "message", "fail", "warn"}. The last two are the words of the checker;
// empty means that it has nothing to say.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

type verdict struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	Message   string `json:"message"`
	Fail      string `json:"fail"`
	Warn      string `json:"warn"`
}

// The conditions that say that something is wrong when they are True, the weightier first. Paused is none: what is in force stays
// in force.
var abnormal = check.Conditions{NegativePolarity: []string{meta.StalledCondition, meta.ReconcilingCondition}}

func main() {
	if err := judgeAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judgeAll(input io.Reader, output io.Writer) error {
	objects, err := read(input)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(output)
	for i := range objects {
		line, err := judge(&objects[i])
		if err != nil {
			return fmt.Errorf("%s %s: %w", objects[i].GetKind(), objects[i].GetName(), err)
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func judge(object *unstructured.Unstructured) (verdict, error) {
	result, err := status.Compute(object)
	if err != nil {
		return verdict{}, err
	}
	checker := check.NewChecker(nil, &abnormal)
	// The object is judged as it was given; there is no server to ask for a newer one.
	checker.DisableFetch = true
	fail, warn := checker.Check(context.Background(), conditions.UnstructuredGetter(object))
	return verdict{
		Kind: object.GetKind(), Namespace: object.GetNamespace(), Name: object.GetName(),
		Status: result.Status.String(), Message: result.Message, Fail: words(fail), Warn: words(warn),
	}, nil
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// The decoder of Kubernetes, since the library wants whole numbers as such and not as floating-point ones.
func read(input io.Reader) ([]unstructured.Unstructured, error) {
	text, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	decoded, err := runtime.Decode(unstructured.UnstructuredJSONScheme, text)
	if err != nil {
		return nil, err
	}
	switch object := decoded.(type) {
	case *unstructured.UnstructuredList:
		return object.Items, nil
	case *unstructured.Unstructured:
		return []unstructured.Unstructured{*object}, nil
	default:
		return nil, fmt.Errorf("neither an object nor a list: %T", decoded)
	}
}
