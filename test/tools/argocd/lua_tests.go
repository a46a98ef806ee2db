package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sort"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
)

// The files of tests, as util/lua of Argo CD reads them.
type healthTests struct {
	Tests []struct {
		InputPath    string              `json:"inputPath"`
		HealthStatus health.HealthStatus `json:"healthStatus"`
	} `json:"tests"`
}

type actionTests struct {
	DiscoveryTests []struct {
		InputPath string                    `json:"inputPath"`
		Result    []v1alpha1.ResourceAction `json:"result"`
	} `json:"discoveryTests"`
	ActionTests []struct {
		Action             string `json:"action"`
		InputPath          string `json:"inputPath"`
		ExpectedOutputPath string `json:"expectedOutputPath"`
	} `json:"actionTests"`
}

// Runs the tests of every <group>/<Kind> below a folder as Argo CD runs those of its own tree, with one difference: the open
// libraries, which nobody has who keeps scripts in a ConfigMap, are not there.
func testScripts(root string, output io.Writer) error {
	folders, err := filepath.Glob(filepath.Join(root, "*", "*"))
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	report := func(name string, err error) {
		if err == nil {
			passed++
			fmt.Fprintf(output, "ok      %s\n", name)
			return
		}
		failed++
		fmt.Fprintf(output, "FAILED  %s: %v\n", name, err)
	}
	for _, folder := range folders {
		if err := testFolder(folder, report); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
	}
	fmt.Fprintf(output, "%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		return errors.New("the scripts do not pass")
	}
	return nil
}

func testFolder(folder string, report func(name string, err error)) error {
	var health healthTests
	var actions actionTests
	if err := readYAML(filepath.Join(folder, "health_test.yaml"), &health); err != nil {
		return err
	}
	if err := readYAML(filepath.Join(folder, "actions", "action_test.yaml"), &actions); err != nil {
		return err
	}
	vm, err := scriptsOf(folder)
	if err != nil {
		return err
	}
	kind := filepath.Base(folder)
	for _, test := range health.Tests {
		report(kind+" health "+test.InputPath, testHealth(vm, filepath.Join(folder, test.InputPath), test.HealthStatus))
	}
	for _, test := range actions.DiscoveryTests {
		path := filepath.Join(folder, "actions", test.InputPath)
		report(kind+" discovery "+test.InputPath, testDiscovery(vm, path, test.Result))
	}
	for _, test := range actions.ActionTests {
		input, expected := filepath.Join(folder, "actions", test.InputPath), filepath.Join(folder, "actions", test.ExpectedOutputPath)
		report(kind+" "+test.Action+" "+test.InputPath, testAction(vm, test.Action, input, expected))
	}
	return nil
}

// The scripts of a folder <group>/<Kind>, for the interpreter of Argo CD.
func scriptsOf(folder string) (lua.VM, error) {
	healthScript, err := os.ReadFile(filepath.Join(folder, "health.lua"))
	if err != nil {
		return lua.VM{}, err
	}
	discovery, err := os.ReadFile(filepath.Join(folder, "actions", "discovery.lua"))
	if err != nil {
		return lua.VM{}, err
	}
	actions := v1alpha1.ResourceActions{ActionDiscoveryLua: string(discovery)}
	files, err := filepath.Glob(filepath.Join(folder, "actions", "*", "action.lua"))
	if err != nil {
		return lua.VM{}, err
	}
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			return lua.VM{}, err
		}
		name := filepath.Base(filepath.Dir(file))
		actions.Definitions = append(actions.Definitions, v1alpha1.ResourceActionDefinition{Name: name, ActionLua: string(script)})
	}
	text, err := yaml.Marshal(actions)
	if err != nil {
		return lua.VM{}, err
	}
	key := filepath.Base(filepath.Dir(folder)) + "/" + filepath.Base(folder)
	override := v1alpha1.ResourceOverride{HealthLua: string(healthScript), Actions: string(text)}
	return lua.VM{ResourceOverrides: map[string]v1alpha1.ResourceOverride{key: override}}, nil
}

func testHealth(vm lua.VM, path string, expected health.HealthStatus) error {
	object, err := readObject(path)
	if err != nil {
		return err
	}
	script, _, err := vm.GetHealthScript(object)
	if err != nil {
		return err
	}
	result, err := vm.ExecuteHealthLua(object, script)
	if err != nil {
		return err
	}
	if result.Status != expected.Status || result.Message != expected.Message {
		return fmt.Errorf("%s %q, expected %s %q", result.Status, result.Message, expected.Status, expected.Message)
	}
	return nil
}

func testDiscovery(vm lua.VM, path string, expected []v1alpha1.ResourceAction) error {
	object, err := readObject(path)
	if err != nil {
		return err
	}
	scripts, err := vm.GetResourceActionDiscovery(object)
	if err != nil {
		return err
	}
	result, err := vm.ExecuteResourceActionDiscovery(object, scripts)
	if err != nil {
		return err
	}
	for _, actions := range [][]v1alpha1.ResourceAction{result, expected} {
		sort.Slice(actions, func(a, b int) bool { return actions[a].Name < actions[b].Name })
	}
	if !reflect.DeepEqual(result, expected) {
		return fmt.Errorf("%v, expected %v", result, expected)
	}
	return nil
}

func testAction(vm lua.VM, name, path, expectedPath string) error {
	object, err := readObject(path)
	if err != nil {
		return err
	}
	expected, err := readObject(expectedPath)
	if err != nil {
		return err
	}
	action, err := vm.GetResourceAction(object, name)
	if err != nil {
		return err
	}
	impacted, err := vm.ExecuteResourceAction(object, action.ActionLua, nil)
	if err != nil {
		return err
	}
	if len(impacted) != 1 || impacted[0].K8SOperation != lua.PatchOperation {
		return fmt.Errorf("one object to patch expected, not %v", impacted)
	}
	// Numbers are floating-point ones when they come from a script, so the comparison is that of Argo CD.
	result, err := diff.Diff(expected, impacted[0].UnstructuredObj, diff.WithNormalizer(anyTime{}))
	if err != nil {
		return err
	}
	if result.Modified {
		return fmt.Errorf("expected %s, not %s", result.NormalizedLive, result.PredictedLive)
	}
	return nil
}

// A script that writes the time of day writes another one each time.
type anyTime struct{}

func (anyTime) Normalize(object *unstructured.Unstructured) error {
	path := []string{"metadata", "annotations", "security.opensearch.org/reconcile-requested-at"}
	if _, isThere, err := unstructured.NestedString(object.Object, path...); err != nil || !isThere {
		return err
	}
	return unstructured.SetNestedField(object.Object, "0001-01-01T00:00:00Z", path...)
}

func readObject(path string) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	return object, readYAML(path, &object.Object)
}

func readYAML(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}
