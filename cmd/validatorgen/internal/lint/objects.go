package lint

import (
	"maps"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// objects has the objects of OpenAPI 3.0.3, a line each: a key with "!" is required; the type after ":" is string where none
// is written, [T] is an array, {T} a map, &T a T or a Reference Object, =a|b one of these strings, and the key * any key but x- ones.
var objects = parse(`
OpenAPI openapi! info!:Info servers:[Server] paths!:Paths components:Components security:[SecurityRequirement] tags:[Tag] externalDocs:ExternalDocumentation
Info title! description termsOfService contact:Contact license:License version!
Contact name url email
License name! url
Server url! description variables:{ServerVariable}
ServerVariable enum:[string] default! description
Components schemas:{&Schema} responses:{&Response} parameters:{&Parameter} examples:{&Example} requestBodies:{&RequestBody} headers:{&Header} securitySchemes:{&SecurityScheme} links:{&Link} callbacks:{&Callback}
Paths *:&PathItem
PathItem summary description get:Operation put:Operation post:Operation delete:Operation options:Operation head:Operation patch:Operation trace:Operation servers:[Server] parameters:[&Parameter]
Operation tags:[string] summary description externalDocs:ExternalDocumentation operationId parameters:[&Parameter] requestBody:&RequestBody responses!:Responses callbacks:{&Callback} deprecated:bool security:[SecurityRequirement] servers:[Server]
ExternalDocumentation description url!
Parameter name in description required:bool deprecated:bool allowEmptyValue:bool style explode:bool allowReserved:bool schema:&Schema example:any examples:{&Example} content:{MediaType}
Header description required:bool deprecated:bool allowEmptyValue:bool style explode:bool allowReserved:bool schema:&Schema example:any examples:{&Example} content:{MediaType}
RequestBody description content!:{MediaType} required:bool
MediaType schema:&Schema example:any examples:{&Example} encoding:{Encoding}
Encoding contentType headers:{&Header} style explode:bool allowReserved:bool
Responses *:&Response
Response description! headers:{&Header} content:{MediaType} links:{&Link}
Callback *:&PathItem
Example summary description value:any externalValue
Link operationRef operationId parameters:{any} requestBody:any description server:Server
Tag name! description externalDocs:ExternalDocumentation
SecurityRequirement *:[string]
SecurityScheme type!:=apiKey|http|oauth2|openIdConnect description name in:=query|header|cookie scheme bearerFormat flows:OAuthFlows openIdConnectUrl
OAuthFlows implicit:ImplicitFlow password:TokenFlow clientCredentials:TokenFlow authorizationCode:CodeFlow
ImplicitFlow authorizationUrl! refreshUrl scopes!:{string} tokenUrl
TokenFlow tokenUrl! refreshUrl scopes!:{string} authorizationUrl
CodeFlow authorizationUrl! tokenUrl! refreshUrl scopes!:{string}
Discriminator propertyName! mapping:{string}
XML name namespace prefix attribute:bool wrapped:bool
Schema title multipleOf:number maximum:number exclusiveMaximum:bool minimum:number exclusiveMinimum:bool maxLength:size minLength:size pattern maxItems:size minItems:size uniqueItems:bool maxProperties:size minProperties:size required:[string] enum:[any] type:=array|boolean|integer|number|object|string allOf:[&Schema] oneOf:[&Schema] anyOf:[&Schema] not:&Schema items:&Schema properties:{&Schema} additionalProperties:schema-or-bool description format default:any nullable:bool discriminator:Discriminator readOnly:bool writeOnly:bool xml:XML externalDocs:ExternalDocumentation example:any deprecated:bool
`)

// modernObjects has the objects of OpenAPI 3.1 and 3.2, as far as they differ.
var modernObjects = modern(objects, `
OpenAPI openapi! $self info!:Info jsonSchemaDialect servers:[Server] paths:Paths webhooks:{&PathItem} components:Components security:[SecurityRequirement] tags:[Tag] externalDocs:ExternalDocumentation
Info title! summary description termsOfService contact:Contact license:License version!
License name! identifier url
Server name url! description variables:{ServerVariable}
Components schemas:{&Schema} responses:{&Response} parameters:{&Parameter} examples:{&Example} requestBodies:{&RequestBody} headers:{&Header} securitySchemes:{&SecurityScheme} links:{&Link} callbacks:{&Callback} pathItems:{&PathItem} mediaTypes:{&MediaType}
Operation tags:[string] summary description externalDocs:ExternalDocumentation operationId parameters:[&Parameter] requestBody:&RequestBody responses:Responses callbacks:{&Callback} deprecated:bool security:[SecurityRequirement] servers:[Server]
Response summary description headers:{&Header} content:{&MediaType} links:{&Link}
Example summary description value:any dataValue:any serializedValue externalValue
Tag name! summary parent kind description externalDocs:ExternalDocumentation
SecurityScheme type!:=apiKey|http|mutualTLS|oauth2|openIdConnect description name in:=query|header|cookie scheme bearerFormat flows:OAuthFlows openIdConnectUrl oauth2MetadataUrl deprecated:bool
Discriminator propertyName! mapping:{string} defaultMapping
XML name namespace prefix attribute:bool wrapped:bool nodeType
Schema $ref $id $schema $anchor $comment $defs:{&Schema} $dynamicRef $dynamicAnchor $vocabulary:any title description default:any deprecated:bool readOnly:bool writeOnly:bool examples:[any] example:any discriminator:Discriminator xml:XML externalDocs:ExternalDocumentation type:any enum:[any] const:any multipleOf:number maximum:number exclusiveMaximum:number minimum:number exclusiveMinimum:number maxLength:size minLength:size pattern maxItems:size minItems:size uniqueItems:bool maxContains:size minContains:size maxProperties:size minProperties:size required:[string] dependentRequired:{[string]} format contentEncoding contentMediaType contentSchema:&Schema allOf:[&Schema] oneOf:[&Schema] anyOf:[&Schema] not:&Schema if:&Schema then:&Schema else:&Schema dependentSchemas:{&Schema} prefixItems:[&Schema] items:&Schema contains:&Schema properties:{&Schema} patternProperties:{&Schema} additionalProperties:&Schema propertyNames:&Schema unevaluatedItems:&Schema unevaluatedProperties:&Schema
`)

// objectsOf returns the objects of the version of a document.
func objectsOf(doc *spec.Document) map[string]*object {
	if doc.Modern() {
		return modernObjects
	}
	return objects
}

// modern returns the objects with others in their place.
func modern(objects map[string]*object, table string) map[string]*object {
	all := maps.Clone(objects)
	maps.Copy(all, parse(table))
	return all
}

// sections are the parts of components that the references of an object lead to.
var sections = map[string]string{
	"Schema": "schemas", "Response": "responses", "Parameter": "parameters", "Example": "examples", "RequestBody": "requestBodies",
	"Header": "headers", "SecurityScheme": "securitySchemes", "Link": "links", "Callback": "callbacks",
}

type object struct {
	name   string
	fields map[string]shape
	must   []string // required keys
}

// keys returns the names of the fields.
func (o *object) keys() []string { return slices.Sorted(maps.Keys(o.fields)) }

// shape is what a value has to be: the name of a scalar or an object, or a list or a map of elem.
type shape struct {
	name       string
	list, dict bool
	ref        bool // a Reference Object may stand there
	elem       *shape
	oneOf      []string // the strings that are allowed, nil for all
}

func parse(table string) map[string]*object {
	all := map[string]*object{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		words := strings.Fields(line)
		o := &object{name: words[0], fields: map[string]shape{}}
		for _, word := range words[1:] {
			key, kind, typed := strings.Cut(word, ":")
			if !typed {
				kind = "string"
			}
			name, required := strings.CutSuffix(key, "!")
			if required {
				o.must = append(o.must, name)
			}
			o.fields[name] = parseShape(kind)
		}
		all[o.name] = o
	}
	return all
}

func parseShape(s string) shape {
	switch {
	case s[0] == '[':
		elem := parseShape(s[1 : len(s)-1])
		return shape{list: true, elem: &elem}
	case s[0] == '{':
		elem := parseShape(s[1 : len(s)-1])
		return shape{dict: true, elem: &elem}
	case s[0] == '=':
		return shape{name: "string", oneOf: strings.Split(s[1:], "|")}
	case s[0] == '&':
		return shape{name: s[1:], ref: true}
	}
	return shape{name: s}
}
