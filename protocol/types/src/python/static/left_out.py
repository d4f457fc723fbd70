
    @model_serializer(mode="wrap")
    def _without_what_was_left_out(self, inner: SerializerFunctionWrapHandler) -> Dict[str, Any]:
        members: Dict[str, Any] = inner(self)
        for name, field in type(self).model_fields.items():
            if name not in self.model_fields_set:
                members.pop(field.alias or name, None)
                members.pop(name, None)
        return members
