// Package program builds generated code into a program, as a package of the module that exists in an overlay only, so that
// the code finds its imports and no file is written into the module's folder.
package program

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/emit"
)

// Build writes the files to the folder temp and builds them, which are a package main called name and packages in folders below it. It returns the path of the
// program, which is in temp too. What the compiler says goes to stderr. It needs the go command and a working directory
// inside the module.
func Build(ctx context.Context, temp, name string, files []emit.File, stderr io.Writer) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	replace := map[string]string{}
	for _, f := range files {
		file := filepath.Join(temp, f.Name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return "", fmt.Errorf("write %s: %w", name, err)
		}
		if err := os.WriteFile(file, f.Text, 0o600); err != nil {
			return "", fmt.Errorf("write %s: %w", name, err)
		}
		replace[filepath.Join(root, name, f.Name)] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	overlayFile, binary := filepath.Join(temp, "overlay.json"), filepath.Join(temp, name+".bin")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlayFile, "-o", binary, "./"+name)
	build.Dir, build.Stdout, build.Stderr = root, stderr, stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	return binary, nil
}
