// Package p2p has the types of the Socket.IO peer-to-peer protocol.
//
// Each event and each answer is a struct that travels as an array. The types hold what is sent:
// they refuse to write and to read anything else. What has to be taken beside that is in the
// schemas below accept/.
package p2p

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
)

func writeText(what, text string, mayBeEmpty bool) ([]byte, error) {
	if text == "" && !mayBeEmpty {
		return nil, fmt.Errorf("%s must not be empty", what)
	}
	return json.Marshal(text)
}

func readText(what string, data []byte, text *string, mayBeEmpty bool) error {
	if len(data) == 0 || data[0] != '"' {
		return fmt.Errorf("%s must be a text", what)
	}
	if err := json.Unmarshal(data, text); err != nil {
		return err
	}
	if *text == "" && !mayBeEmpty {
		return fmt.Errorf("%s must not be empty", what)
	}
	return nil
}

// field is how one member of a struct stands in its list. It reads from the front of what is
// left, and writes behind what is there.
type field interface {
	read(left []json.RawMessage) ([]json.RawMessage, error)
	write(list []json.RawMessage) ([]json.RawMessage, error)
}

func readList(what string, data []byte, fields []field) error {
	var left []json.RawMessage
	if len(data) == 0 || data[0] != '[' {
		return fmt.Errorf("%s: expected an array", what)
	}
	if err := json.Unmarshal(data, &left); err != nil {
		return err
	}
	count := len(left)
	for _, field := range fields {
		position := count - len(left)
		rest, err := field.read(left)
		if err != nil {
			return fmt.Errorf("argument %d of %s: %w", position, what, err)
		}
		left = rest
	}
	if len(left) > 0 {
		return fmt.Errorf("%s: expected %d arguments, found %d", what, count-len(left), count)
	}
	return nil
}

func writeList(what string, fields []field) ([]byte, error) {
	list := []json.RawMessage{}
	for _, field := range fields {
		position := len(list)
		longer, err := field.write(list)
		if err != nil {
			return nil, fmt.Errorf("argument %d of %s: %w", position, what, err)
		}
		list = longer
	}
	return json.Marshal(list)
}

// readOne reads a value that must be there; null is no list.
func readOne(data json.RawMessage, target any) error {
	kind := reflect.TypeOf(target).Elem()
	isList := kind.Kind() == reflect.Slice && kind.Elem().Kind() != reflect.Uint8
	if isList && string(data) == "null" {
		return fmt.Errorf("expected a list, found null")
	}
	return json.Unmarshal(data, target)
}

// writeOne writes a value; a list of nothing is an empty list.
func writeOne(list []json.RawMessage, target any) ([]json.RawMessage, error) {
	value := reflect.ValueOf(target).Elem()
	isList := value.Kind() == reflect.Slice && value.Type().Elem().Kind() != reflect.Uint8
	if isList && value.IsNil() {
		return append(list, json.RawMessage("[]")), nil
	}
	data, err := json.Marshal(value.Interface())
	return append(list, data), err
}

type oneField struct{ target any }

// one is an argument that is always there.
func one(target any) field { return oneField{target} }

func (f oneField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	if len(left) == 0 {
		return nil, fmt.Errorf("it is missing")
	}
	return left[1:], readOne(left[0], f.target)
}

func (f oneField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	return writeOne(list, f.target)
}

type butField struct {
	oneField
	texts []string
}

// but is any value but these texts.
func but(target *Payload, texts ...string) field { return butField{oneField{target}, texts} }

func (f butField) check() error {
	for _, text := range f.texts {
		if isText(*f.target.(*Payload), text) {
			return fmt.Errorf("%s selects another form", text)
		}
	}
	return nil
}

func (f butField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	left, err := f.oneField.read(left)
	if err != nil {
		return nil, err
	}
	return left, f.check()
}

func (f butField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return f.oneField.write(list)
}

func isText(data Payload, text string) bool {
	var found string
	return len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &found) == nil && found == text
}

type maybeField struct{ oneField }

// maybe is an argument at the end that may be missing: then it is nil.
func maybe(target any) field { return maybeField{oneField{target}} }

func (f maybeField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	if len(left) == 0 {
		setNil(f.target)
		return left, nil
	}
	if string(left[0]) == "null" {
		return nil, fmt.Errorf("found null")
	}
	return f.oneField.read(left)
}

func (f maybeField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	if isNil(f.target) {
		return list, nil
	}
	return f.oneField.write(list)
}

func isNil(target any) bool { return reflect.ValueOf(target).Elem().IsNil() }

func setNil(target any) {
	reflect.ValueOf(target).Elem().Set(reflect.Zero(reflect.TypeOf(target).Elem()))
}

type withField struct {
	maybeField
	action *Payload
	text   string
}

// with is an argument that stands behind this action and no other.
func with(action *Payload, text string, target any) field {
	return withField{maybeField{oneField{target}}, action, text}
}

func (f withField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	if !isText(*f.action, f.text) {
		setNil(f.target)
		return left, nil
	}
	return f.oneField.read(left)
}

func (f withField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	if isText(*f.action, f.text) == isNil(f.target) {
		return nil, fmt.Errorf("it goes with the action %s, and with no other", f.text)
	}
	return f.maybeField.write(list)
}

type restField struct{ target *[]Payload }

// rest is all that follows.
func rest(target *[]Payload) field { return restField{target} }

func (f restField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	*f.target = left
	return nil, nil
}

func (f restField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	return append(list, *f.target...), nil
}

type nullField struct{ unless *bool }

// null is always there.
func null() field { return nullField{} }

// nullUnless is the place of an ack function: null, unless there is one.
func nullUnless(wantsAck *bool) field { return nullField{wantsAck} }

func (f nullField) read(left []json.RawMessage) ([]json.RawMessage, error) {
	isNull := len(left) > 0 && string(left[0]) == "null"
	if f.unless != nil {
		*f.unless = len(left) == 0
	}
	switch {
	case isNull:
		return left[1:], nil
	case f.unless != nil && *f.unless:
		return left, nil
	}
	return nil, fmt.Errorf("expected null")
}

func (f nullField) write(list []json.RawMessage) ([]json.RawMessage, error) {
	if f.unless != nil && *f.unless {
		return list, nil
	}
	return append(list, json.RawMessage("null")), nil
}

// member is one member of an object.
type member struct {
	name      string
	target    any
	mayLack   bool
	mayBeNull bool
}

func required(name string, target any) member { return member{name, target, false, false} }

func optional(name string, target any) member { return member{name, target, true, false} }

// A null stays among the other members, so that it is passed on.
func optionalOrNull(name string, target any) member { return member{name, target, true, true} }

func readObject(what string, data []byte, members []member, more *map[string]Payload) error {
	var found map[string]json.RawMessage
	if len(data) == 0 || data[0] != '{' {
		return fmt.Errorf("%s: expected an object", what)
	}
	if err := json.Unmarshal(data, &found); err != nil {
		return err
	}
	for _, member := range members {
		value, isThere := found[member.name]
		isNull := isThere && string(value) == "null"
		switch {
		case isNull && member.mayBeNull:
			setNil(member.target)
			continue
		case !isThere && member.mayLack:
			setNil(member.target)
			continue
		case !isThere || isNull:
			return fmt.Errorf("%s: %s is missing", what, member.name)
		}
		if err := readOne(value, member.target); err != nil {
			return fmt.Errorf("%s of %s: %w", member.name, what, err)
		}
		delete(found, member.name)
	}
	if more != nil {
		*more = found
		return nil
	}
	for name := range found {
		return fmt.Errorf("%s has no member %s", what, name)
	}
	return nil
}

func writeObject(what string, members []member, more *map[string]Payload) ([]byte, error) {
	var text strings.Builder
	add := func(name string, value json.RawMessage) {
		key, _ := json.Marshal(name)
		if text.Len() > 0 {
			text.WriteByte(',')
		}
		text.Write(key)
		text.WriteByte(':')
		text.Write(value)
	}
	for _, member := range members {
		if member.mayLack && isNil(member.target) {
			continue
		}
		value, err := writeOne(nil, member.target)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", member.name, what, err)
		}
		add(member.name, value[0])
	}
	if more != nil {
		names := make([]string, 0, len(*more))
		for name := range *more {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			add(name, (*more)[name])
		}
	}
	return []byte("{" + text.String() + "}"), nil
}
