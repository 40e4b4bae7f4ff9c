"""Small parts several endpoints answer with."""

from rest_framework import serializers


class CodeSerializer(serializers.Serializer):
    """A row of a code table: divisions, industries, occupations."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class EnterpriseNameSerializer(serializers.Serializer):
    """Which enterprise something is about."""

    id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(read_only=True)
    credit_code = serializers.CharField(read_only=True)


class ProblemSerializer(serializers.Serializer):
    """What went wrong, as RFC 9457 has it; errors only for bad input, by field."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
