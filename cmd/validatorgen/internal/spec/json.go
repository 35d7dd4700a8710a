package spec

import (
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
)

// JSON returns the canonical JSON of a node.
func (n *Node) JSON() string {
	return compose.Canonical(n.appendJSON(nil))
}

// Literal returns the JSON of a node as it is written, keys in the order of the document.
func (n *Node) Literal() string { return string(n.appendJSON(nil)) }

func (n *Node) appendJSON(b []byte) []byte {
	switch n.Kind {
	case Null:
		return append(b, "null"...)
	case String:
		return validate.AppendString(b, n.Text)
	case Sequence:
		b = append(b, '[')
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.appendJSON(b)
		}
		return append(b, ']')
	case Mapping:
		b = append(b, '{')
		for i, m := range n.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = m.Value.appendJSON(append(validate.AppendString(b, m.Key), ':'))
		}
		return append(b, '}')
	default:
		return append(b, n.Text...)
	}
}
