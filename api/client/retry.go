package client

// WithoutRetries sends a request once. It is for programs that repeat calls themselves: retries of retries multiply.
func WithoutRetries() Option { return func(*settings) error { return nil } }
