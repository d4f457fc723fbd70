
import (
	"encoding/json"
	"fmt"
	"strings"
)

// Event describes an event in one direction.
type Event struct {
	// Key: dialect, sender and name, such as v2.server.ADD_TARGET.
	Key string
	// Type: the name of the argument list in schemas.
	Type string
	// FromClient: whether clients send it; otherwise servers do.
	FromClient bool
	// Dialects: the dialects that have it.
	Dialects []string
	// Prefix: the fixed beginning of the name; all of it, if it is no pattern.
	Prefix string
	// Suffix: the fixed end of the name.
	Suffix string
	// IsPattern: whether something stands between beginning and end.
	IsPattern bool
	// Ack: whether an ack id goes with it: never, optional or required.
	Ack string
	// New makes an empty argument list.
	New func() any
	// NewAnswer makes an empty answer; nil if nobody answers.
	NewAnswer func() any
	// Clauses: the clauses that it serves.
	Clauses []string
}

// Matches tells whether an event of this name is one of these.
func (e *Event) Matches(name string) bool {
	if !e.IsPattern {
		return name == e.Prefix
	}
	return len(name) >= len(e.Prefix)+len(e.Suffix) &&
		strings.HasPrefix(name, e.Prefix) && strings.HasSuffix(name, e.Suffix)
}

// Find gives the event of this name: a fixed name before a pattern; nil if there is none.
func Find(fromClient bool, dialect, name string) *Event {
	for i := range Catalogue {
		event := &Catalogue[i]
		if event.FromClient != fromClient || !event.Matches(name) {
			continue
		}
		for _, spoken := range event.Dialects {
			if spoken == dialect {
				return event
			}
		}
	}
	return nil
}

// Decode reads the argument list of an event, such as *AddTarget.
func Decode(fromClient bool, dialect, name string, arguments []byte) (any, error) {
	event := Find(fromClient, dialect, name)
	if event == nil {
		return nil, fmt.Errorf("%s is no event of dialect %s", name, dialect)
	}
	list := event.New()
	if err := json.Unmarshal(arguments, list); err != nil {
		return nil, err
	}
	return list, nil
}
