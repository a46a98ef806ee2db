package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/argoproj/gitops-engine/pkg/health"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
)

type verdict struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Status  string `json:"status"`
	Message string `json:"message"`
}

// Judges by the scripts alone: Argo CD itself does not ask them about an object that is being deleted, others do.
func judgeHealth(configMap string, input io.Reader, output io.Writer) error {
	overrides, err := readOverrides(configMap)
	if err != nil {
		return err
	}
	objects := utilyaml.NewYAMLOrJSONDecoder(input, 4096)
	lines := json.NewEncoder(output)
	for {
		object := unstructured.Unstructured{}
		if err := objects.Decode(&object.Object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		result, err := lua.ResourceHealthOverrides(overrides).GetResourceHealth(&object)
		if err != nil {
			return err
		}
		if result == nil {
			result = &health.HealthStatus{Status: "none", Message: "there is no script for this kind"}
		}
		line := verdict{object.GetKind(), object.GetName(), string(result.Status), result.Message}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
}

// The keys resource.customizations.health.<group>_<Kind> and their like for actions, as the settings of Argo CD read them.
func readOverrides(path string) (map[string]v1alpha1.ResourceOverride, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var configMap corev1.ConfigMap
	if err := yaml.UnmarshalStrict(text, &configMap); err != nil {
		return nil, err
	}
	overrides := map[string]v1alpha1.ResourceOverride{}
	for key, value := range configMap.Data {
		what, name, _ := strings.Cut(strings.TrimPrefix(key, "resource.customizations."), ".")
		kind := strings.Replace(name, "_", "/", 1)
		override := overrides[kind]
		switch what {
		case "health":
			override.HealthLua = value
		case "actions":
			override.Actions = value
		default:
			continue
		}
		overrides[kind] = override
	}
	return overrides, nil
}
