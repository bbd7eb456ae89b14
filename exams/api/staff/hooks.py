"""Webhooks and keys: how other systems are told, and how they sign in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams.api.exact import ExactSerializer
from exams.api.staff.base import LARGEST_ID, UUID_PATTERN, StaffViewSet
from exams.models import ApiToken, WebhookDelivery, WebhookEndpoint
from exams.roles import ADMINISTRATORS
from exams.services import tokens, webhooks
from exams.webhooks.events import WebhookEvent
from exams.webhooks.sending import AddressRefused, address_of, target_of


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    institution = serializers.IntegerField(source="institution_id")
    events = serializers.ListField(child=serializers.ChoiceField(choices=WebhookEvent.choices))

    class Meta:
        model = WebhookEndpoint
        fields = ("id", "institution", "url", "events", "active", "secret", "created_at")
        read_only_fields = fields


class EndpointInput(ExactSerializer):
    institution = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=WebhookEvent.choices), min_length=1, max_length=len(WebhookEvent)
    )
    active = serializers.BooleanField(default=True)

    def validate_url(self, url: str) -> str:
        try:
            address_of(target_of(url))
        except AddressRefused as refused:
            raise ValidationError(str(refused)) from None
        except (OSError, UnicodeError):
            raise ValidationError("There is no server of this name. Check the address.") from None
        return url


class EndpointChange(EndpointInput):
    institution = None  # type: ignore[assignment]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    endpoint = serializers.IntegerField(source="endpoint_id")
    payload = serializers.JSONField()

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "endpoint", "event", "payload", "created_at", "state", "tries", "next_try_at", "last_try_at",
            "status_code", "error",
        )  # fmt: skip
        read_only_fields = fields


@extend_schema(tags=["Webhooks and keys"])
class EndpointViewSet(StaffViewSet):
    serializer_class = EndpointSerializer
    view_roles = edit_roles = ADMINISTRATORS
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return WebhookEndpoint.objects.filter(institution__in=self.institutions(ADMINISTRATORS)).order_by("pk")

    @extend_schema(summary="List webhook endpoints")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(EndpointSerializer(page, many=True).data)

    @extend_schema(summary="Read an endpoint")
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(EndpointSerializer(self._endpoint(pk)).data)

    @extend_schema(summary="Add an endpoint", request=EndpointInput, responses={201: EndpointSerializer})
    def create(self, request: Request) -> Response:
        wanted = EndpointInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        chosen: dict[str, Any] = dict(wanted.validated_data)
        institution = self.institution_or_404(chosen.pop("institution"), ADMINISTRATORS)
        made = WebhookEndpoint.objects.create(institution=institution, created_by=self.person, **chosen)
        return Response(EndpointSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change an endpoint", request=EndpointChange)
    def partial_update(self, request: Request, pk: str) -> Response:
        endpoint = self._endpoint(pk)
        wanted = EndpointChange(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        sent: Any = request.data
        for name in sent.keys() & wanted.validated_data.keys():
            setattr(endpoint, name, wanted.validated_data[name])
        endpoint.save()
        return Response(EndpointSerializer(endpoint).data)

    @extend_schema(summary="Delete an endpoint with its log", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        self._endpoint(pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Send an endpoint a test", request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        sent = webhooks.send_test(self._endpoint(pk))
        return Response(DeliverySerializer(sent).data, status=status.HTTP_201_CREATED)

    def _endpoint(self, pk: str) -> WebhookEndpoint:
        endpoint: WebhookEndpoint = self.row_or_404(self.get_queryset(), pk=int(pk))
        return endpoint


@extend_schema(tags=["Webhooks and keys"])
class DeliveryViewSet(StaffViewSet):
    serializer_class = DeliverySerializer
    view_roles = edit_roles = ADMINISTRATORS
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        rows = WebhookDelivery.objects.filter(endpoint__institution__in=self.institutions(ADMINISTRATORS))
        return rows.order_by("-created_at", "pk")

    @extend_schema(summary="List deliveries, the newest first")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)

    @extend_schema(summary="Send a delivery again", request=None)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        delivery: WebhookDelivery = self.row_or_404(self.get_queryset(), pk=pk)
        return Response(DeliverySerializer(webhooks.send_again(delivery)).data)


class KeySerializer(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "scope", "created_at", "expires_at", "last_used_at", "revoked_at")
        read_only_fields = fields


@extend_schema(tags=["Webhooks and keys"])
class KeyViewSet(StaffViewSet):
    """Keys are made on their page in the admin, by a person who is signed in."""

    serializer_class = KeySerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=self.person).order_by("-created_at", "-pk")

    @extend_schema(summary="List your own keys")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(KeySerializer(page, many=True).data)

    @extend_schema(summary="Revoke one of your keys", request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        token: ApiToken = self.row_or_404(self.get_queryset(), pk=int(pk))
        return Response(KeySerializer(tokens.revoke_token(token=token)).data)
