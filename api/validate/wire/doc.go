// Package wire takes the bodies of HTTP requests for generated code: it picks the media type, bounds and reads the body, and
// collects what is wrong with the parts of a request. It works on net/http and knows no router.
package wire
