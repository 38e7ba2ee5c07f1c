"""The API's operations on webhooks: what an admin does on the page of integrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import endpoints
from bot.api.hooks import EVENTS
from bot.api.models import Delivery, DeliveryState, Endpoint
from bot.api.operation import PROBLEMS, OldestFirst, Operation, Pages
from bot.api.signing import show_secret
from bot.api.targets import TargetRefused
from bot.errors import NotFound


class WebhookShape(serializers.ModelSerializer[Endpoint]):
    """An address that is told of events."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=EVENTS), allow_empty=False)
    url = serializers.CharField(max_length=500)

    class Meta:
        model = Endpoint
        fields = ("id", "name", "url", "events", "active", "created_by", "created_at")
        read_only_fields = ("created_by", "created_at")


class WebhookWithSecret(WebhookShape):
    """With the secret that its events are signed by, shown this once."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookShape.Meta):
        fields = (*WebhookShape.Meta.fields, "secret")  # type: ignore[assignment]

    def get_secret(self, endpoint: Endpoint) -> str:
        """As the receiver enters it."""
        return show_secret(endpoint)


class DeliveryShape(serializers.ModelSerializer[Delivery]):
    """One event for one address, and what became of it. `status`: what the receiver answered last."""

    class Meta:
        model = Delivery
        fields = (
            "id", "event", "conversation", "state", "attempts", "status", "error", "created_at", "next_try_at",
            "done_at",
        )  # fmt: skip


class WebhookOperation(Operation):
    """What all of them share."""

    def find_endpoint(self) -> Endpoint:
        """The webhook of the address. Raises NotFound."""
        found = endpoints.list_endpoints().filter(pk=self.kwargs["endpoint_id"]).first()
        if found is None:
            raise NotFound("no such webhook")
        return found


class Webhooks(WebhookOperation, ListAPIView[Endpoint]):
    """All addresses."""

    serializer_class = WebhookShape
    pagination_class = OldestFirst
    queryset = endpoints.list_endpoints()

    @extend_schema(operation_id="list_webhooks", responses={200: WebhookShape(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All of them, without their secrets."""
        return self.list(request, *args, **kwargs)

    @extend_schema(operation_id="add_webhook", request=WebhookShape, responses={201: WebhookWithSecret, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Adds one. Its secret is in this answer only."""
        given = self.read(WebhookShape)
        with _explain(), transaction.atomic():
            made = endpoints.add_endpoint(self.who(), given["name"], given["url"], given["events"])
            if not given.get("active", True):
                endpoints.pause_endpoint(self.who(), made, active=False)
        return Response(WebhookWithSecret(made).data, status=201)


class WebhookView(WebhookOperation):
    """One address."""

    @extend_schema(operation_id="read_webhook", responses={200: WebhookShape, **PROBLEMS})
    def get(self, request: Request, endpoint_id: int) -> Response:
        """Without its secret."""
        return Response(WebhookShape(self.find_endpoint()).data)

    @extend_schema(operation_id="change_webhook", request=WebhookShape, responses={200: WebhookShape, **PROBLEMS})
    def patch(self, request: Request, endpoint_id: int) -> Response:
        """Changes what is named: name, url, events, active. The secret stays."""
        found = self.find_endpoint()
        checked = WebhookShape(found, data=request.data or {}, partial=True)
        checked.is_valid(raise_exception=True)
        given = {"name": found.name, "url": found.url, "events": found.events, "active": found.active}
        given |= checked.validated_data
        active = given.pop("active")
        with _explain(), transaction.atomic():
            endpoints.change_endpoint(self.who(), found, **given)
            if active != found.active:
                endpoints.pause_endpoint(self.who(), found, active=active)
        return Response(WebhookShape(found).data)

    @extend_schema(operation_id="delete_webhook", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, endpoint_id: int) -> Response:
        """It is told of nothing more; its log goes with it."""
        endpoints.delete_endpoint(self.who(), self.find_endpoint())
        return Response(status=204)


class Renewal(WebhookOperation):
    """A new secret."""

    @extend_schema(operation_id="renew_webhook_secret", request=None, responses={200: WebhookWithSecret, **PROBLEMS})
    def post(self, request: Request, endpoint_id: int) -> Response:
        """A new secret, in this answer only; the old one signs beside it for a day."""
        found = self.find_endpoint()
        endpoints.renew_secret(self.who(), found)
        return Response(WebhookWithSecret(found).data)


class Deliveries(WebhookOperation, ListAPIView[Delivery]):
    """The log of one address."""

    serializer_class = DeliveryShape
    pagination_class = Pages
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        """Newest first, in the state that is asked for."""
        rows = self.find_endpoint().deliveries.all()
        state = self.request.query_params.get("state")
        return rows.filter(state=state) if state else rows

    @extend_schema(
        operation_id="list_deliveries",
        parameters=[OpenApiParameter("state", str, enum=DeliveryState.values)],
        responses={200: DeliveryShape(many=True), **PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it was told, newest first."""
        return self.list(request, *args, **kwargs)


class Redelivery(WebhookOperation):
    """A new try."""

    @extend_schema(operation_id="send_delivery_again", request=None, responses={200: DeliveryShape, **PROBLEMS})
    def post(self, request: Request, endpoint_id: int, delivery_id: int) -> Response:
        """Has it tried now and for another day, with the same id."""
        found = self.find_endpoint()
        if not endpoints.send_again(self.who(), found, delivery_id):
            raise NotFound("no such delivery")
        return Response(DeliveryShape(found.deliveries.get(pk=delivery_id)).data)


@contextmanager
def _explain() -> Iterator[None]:
    try:
        yield
    except TargetRefused as refused:
        raise serializers.ValidationError({"url": [refused.reason]}) from refused
