// Package oxgroups is the root of the module: openapi.yaml and what is generated from it. There is no code here; the
// client is in api/client, the server in api/server.
package oxgroups

import _ "embed"

// Spec is openapi.yaml.
//
//go:embed openapi.yaml
var Spec []byte

// The check comes first: a mistake in openapi.yaml stops here, with its place, before anything is written.
//go:generate go run ./cmd/validatorgen -check -spec openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/config/model.yaml openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/config/client.yaml openapi.yaml
//go:generate go run ./gen/config/clienttypes -model gen/model/model.gen.go -out api/client/types.gen.go
//go:generate go run ./cmd/validatorgen -spec openapi.yaml -model gen/model -out gen/validator -server gen/server -refuse-nul
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config cmd/validatorgen/internal/library/config.yaml cmd/validatorgen/internal/library/openapi.yaml
//go:generate go run ./cmd/validatorgen -spec cmd/validatorgen/internal/library/openapi.yaml -model cmd/validatorgen/internal/library/model -out cmd/validatorgen/internal/library/validator
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config cmd/validatorgen/internal/served/config.yaml cmd/validatorgen/internal/served/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config cmd/validatorgen/internal/served/common.config.yaml cmd/validatorgen/internal/served/common.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config cmd/validatorgen/internal/served/shared/config.yaml cmd/validatorgen/internal/served/shared/openapi.yaml
//go:generate go run ./cmd/validatorgen -spec cmd/validatorgen/internal/served/openapi.yaml -model cmd/validatorgen/internal/served/model -out cmd/validatorgen/internal/served/validator -server cmd/validatorgen/internal/served/server
//go:generate go run ./cmd/validatorgen -spec cmd/validatorgen/internal/served/openapi.yaml -model cmd/validatorgen/internal/served/model -out cmd/validatorgen/internal/served/validator -server cmd/validatorgen/internal/served/stdserver -server-kind std
//go:generate go run ./cmd/validatorgen -spec cmd/validatorgen/internal/served/openapi.yaml -model cmd/validatorgen/internal/served/model -out cmd/validatorgen/internal/served/validator -server cmd/validatorgen/internal/served/chiserver -server-kind chi

// Last, what the READMEs say of commands and flags, some of which come from openapi.yaml.
//go:generate bash .scripts/docs
