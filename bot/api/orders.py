"""The API's operations on orders: what an agent may have the shop do, by `bot.desk.order_acts`, once for each key."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import shapes
from bot.api.operation import PROBLEMS, Operation
from bot.care.models import OrderAct
from bot.conversations.handoffs import check_owner
from bot.conversations.states import State
from bot.desk.order_acts import DONE, HANDOVERS, REASONS, WAYS, Wanted, act, find_choices
from bot.errors import IdempotencyKeyReused, NotFound, ShopRefused
from bot.shop.identity import list_verified_names

ACT_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Your own name of this act: the same again has no second effect, and answers what came of the first.",
)
SHOP_PROBLEMS = PROBLEMS | {503: shapes.Problem}


class LineShape(serializers.Serializer[Any]):
    """An item that has no return yet."""

    position = serializers.IntegerField(help_text="Names the line within its order")
    name = serializers.CharField()
    quantity = serializers.IntegerField()


class OrderShape(serializers.Serializer[Any]):
    """An order that the customer has proved to be theirs, and what may be done with it now.

    `cancel_refused`, `return_refused`: the shop's reason for its no, empty if it says yes.
    """

    number = serializers.CharField(source="order.name")
    cancel_refused = serializers.CharField(source="cancel")
    return_refused = serializers.CharField(source="back")
    lines = LineShape(many=True)


class Orders(serializers.Serializer[Any]):
    """The orders of a conversation."""

    results = OrderShape(many=True)


class Returning(shapes.Who):
    """What comes back, and why."""

    position = serializers.IntegerField(min_value=1, help_text="Of the order's line")
    reason = serializers.ChoiceField(choices=REASONS)
    way = serializers.ChoiceField(choices=WAYS)
    handover = serializers.ChoiceField(choices=HANDOVERS, default="pickup")


class ActShape(serializers.ModelSerializer[OrderAct]):
    """What the shop did. `result`: the return's number, or the amount that goes back."""

    class Meta:
        model = OrderAct
        fields = ("order", "what", "outcome", "result", "agent_name", "at")


class ConversationOrders(Operation):
    """Orders that may be acted on."""

    @extend_schema(operation_id="list_orders", responses={200: Orders, **SHOP_PROBLEMS})
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Those that the customer has proved to be theirs, the newest proof first."""
        found = self.find()
        choices = [find_choices(found, number) for number in list_verified_names(str(found.pk))]
        return Response(Orders({"results": [one for one in choices if one]}).data)


class ActOnOrder(Operation):
    """What cancelling and returning share."""

    def act(self, wanted: Wanted, agent_name: str | None) -> Response:
        """Has the shop do it; 409 with its `reason` if it says no, 503 if nobody knows: repeat with the same key."""
        agent, found = self.choose_agent(agent_name), self.find()
        check_owner(found, agent, (State.AGENT,))
        if (name := self.name_key()) is None:
            raise serializers.ValidationError({"Idempotency-Key": ["This header is required."]})
        key = hashlib.sha256(f"{found.pk}:{name}".encode()).hexdigest()[:32]
        choices = find_choices(found, wanted.order)
        if choices is None:
            raise NotFound("the customer has not proved such an order to be theirs")
        detail = {one: getattr(wanted, one) for one in ("position", "reason", "way", "handover")}
        before = OrderAct.objects.filter(key=key).first()
        same = (choices.order.name, wanted.what, detail if wanted.what == "return" else {})
        if before and (before.order, before.what, before.detail) != same:
            raise IdempotencyKeyReused("this Idempotency-Key was used for another act")
        # Before the shop is asked, as at the desk: its answer may get lost.
        self.record_change(f"{choices.order.name} {wanted.what}")
        done = act(found, agent, replace(wanted, order=choices.order.name), key)
        if done.outcome != DONE:
            raise ShopRefused(done.outcome)
        return Response(ActShape(done).data)


class Cancel(ActOnOrder):
    """Cancelling."""

    @extend_schema(
        operation_id="cancel_order",
        parameters=[ACT_KEY],
        request=shapes.Who,
        responses={200: ActShape, **SHOP_PROBLEMS},
    )
    def post(self, request: Request, conversation_id: uuid.UUID, number: str) -> Response:
        """Cancels the whole order, if the shop's rules allow it. The conversation has to be taken first."""
        return self.act(Wanted("cancel", number), self.read(shapes.Who).get("agent"))


class Return(ActOnOrder):
    """Noting a return."""

    @extend_schema(
        operation_id="return_item", parameters=[ACT_KEY], request=Returning, responses={200: ActShape, **SHOP_PROBLEMS}
    )
    def post(self, request: Request, conversation_id: uuid.UUID, number: str) -> Response:
        """Notes that an item comes back, as the rules let an agent. The conversation has to be taken first."""
        given = self.read(Returning)
        agent = given.pop("agent", None)
        return self.act(Wanted("return", number, **given), agent)
