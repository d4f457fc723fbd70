package main

// Values in packets and in lines: how binary data stands in them.

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// each makes another value of every value inside, which `change` may give; the others stay.
func each(value any, change func(any) (any, bool)) any {
	if other, ok := change(value); ok {
		return other
	}
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for at, item := range value {
			list[at] = each(item, change)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, item := range value {
			object[key] = each(item, change)
		}
		return object
	}
	return value
}

// takeOut puts placeholders in the places of attachments.
func takeOut(value any, found *[][]byte) any {
	return each(value, func(value any) (any, bool) {
		bytes, ok := value.([]byte)
		if ok {
			*found = append(*found, bytes)
		}
		return map[string]any{"_placeholder": true, "num": len(*found) - 1}, ok
	})
}

func putIn(value any, found [][]byte) any {
	return each(value, func(value any) (any, bool) {
		object, _ := value.(map[string]any)
		number, _ := object["num"].(json.Number)
		at, err := number.Int64()
		if object["_placeholder"] != true || err != nil || at < 0 || int(at) >= len(found) {
			return nil, false
		}
		return found[at], true
	})
}

// binlike gives the only member of an object whose name is `$bin`, perhaps with more `$`.
func binlike(value any) (key, text string, ok bool) {
	object, _ := value.(map[string]any)
	for key, item := range object {
		text, isText := item.(string)
		dollars := strings.TrimSuffix(key, "bin")
		if len(object) == 1 && isText && dollars != key && dollars != "" && strings.Trim(dollars, "$") == "" {
			return key, text, true
		}
	}
	return
}

// toWire: in lines binary data is {"$bin": base64}, and what only looks so has one more $.
func toWire(value any) any {
	return each(value, func(value any) (any, bool) {
		if bytes, ok := value.([]byte); ok {
			return map[string]any{"$bin": base64.StdEncoding.EncodeToString(bytes)}, true
		}
		key, text, ok := binlike(value)
		return map[string]any{"$" + key: text}, ok
	})
}

func fromWire(value any) any {
	return each(value, func(value any) (any, bool) {
		key, text, ok := binlike(value)
		if ok && key == "$bin" {
			bytes, err := base64.StdEncoding.DecodeString(text)
			return bytes, err == nil
		} else if ok {
			return map[string]any{key[1:]: text}, true
		}
		return nil, false
	})
}

func byteOf(value any) byte {
	number, _ := value.(json.Number)
	byte_, _ := number.Int64()
	return byte(byte_)
}

// falsy is what JavaScript does not take for true.
func falsy(value any) bool {
	number, isNumber := value.(json.Number)
	float, err := number.Float64()
	return value == nil || value == false || value == "" || isNumber && err == nil && float == 0
}

func reply(answer Answer, args ...any) {
	if answer != nil {
		answer(args...)
	}
}
