// Says what the kstatus library makes of Kubernetes objects: the verdict by which Flux, and others that use the
// library, decide whether to wait, to go on or to give up.
//
// Reads one object or a List as JSON from standard input, as `kubectl get -o json` prints them, and writes one line
// of JSON for each: {"kind", "namespace", "name", "status", "message"}.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

type verdict struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	Message   string `json:"message"`
}

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
	for _, object := range objects {
		result, err := status.Compute(&object)
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		line := verdict{object.GetKind(), object.GetNamespace(), object.GetName(), result.Status.String(), result.Message}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
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
