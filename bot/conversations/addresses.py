"""One person, whatever address the channel names: joins a platform's lasting account id with the address of the moment.

Only for channels that have such an id (WhatsApp's BSUID, CHANNELS 1.8): it is looked for first, the address second, and
both are one person when one signed message shows both. An address may be given to somebody else later, an id never.
"""

from __future__ import annotations

from bot.channels.contract import Address, InboundMessage
from bot.conversations.handoffs import close
from bot.conversations.models import ChannelIdentity, Conversation
from bot.conversations.people import give_identity
from bot.conversations.states import State


def settle_address(inbound: InboundMessage) -> str:
    """The `external_id` of the person's identity, brought up to date with what this message shows.

    Inside the caller's transaction. Raises: IntegrityError if another process settles the same person; repeat then.
    """
    address, account = inbound.user_external_id, inbound.account_id
    if not account:
        return address
    known = ChannelIdentity.objects.filter(channel=inbound.channel)
    by_account = known.filter(account_id=account).first()
    if account == address:
        # The message shows the account only: wherever this person is reached.
        return by_account.external_id if by_account else address
    by_address = known.filter(external_id=address).first()
    if by_address and by_address.account_id not in (None, account):
        _free_address(by_address)
        by_address = None
    if by_account and by_address and by_account.pk != by_address.pk:
        _join(by_address, by_account)
    elif by_account:
        known.filter(pk=by_account.pk).update(external_id=address)
    if by_address:
        known.filter(pk=by_address.pk).update(account_id=account)
    return address


def move(channel: str, external_id: str, to: Address) -> None:
    """The person of `external_id` has another address, or another account id, from now on. Safe to repeat.

    A new address that already is somebody's stays theirs. Inside the caller's transaction.
    """
    known = ChannelIdentity.objects.filter(channel=channel)
    mine = known.filter(external_id=external_id).first() or known.filter(account_id=external_id).first()
    if mine is None:
        return
    if to.external_id and not known.filter(external_id=to.external_id).exists():
        mine.external_id = to.external_id
        mine.account_id = None  # a new number has a new id (CHANNELS 1.8); until it is told, there is none
    if to.account_id and not known.filter(account_id=to.account_id).exists():
        if mine.external_id == mine.account_id:
            mine.external_id = to.account_id
        mine.account_id = to.account_id
    mine.save(update_fields=["external_id", "account_id"])


def _free_address(before: ChannelIdentity) -> None:
    """The number has been given to somebody else: the earlier person is reached by account id, if at all."""
    taken = ChannelIdentity.objects.filter(channel=before.channel, external_id=before.account_id).exists()
    freed = f"moved-{before.pk}" if taken else str(before.account_id)
    ChannelIdentity.objects.filter(pk=before.pk).update(external_id=freed, reachable=not taken)


def _join(kept: ChannelIdentity, other: ChannelIdentity) -> None:
    """Two rows are one person: their conversations become one contact's, and only `kept` is written to from now on."""
    for talk in Conversation.objects.filter(identity=other).exclude(state=State.CLOSED):
        close(talk.pk)
    give_identity(other.pk, kept.contact_id)
    ChannelIdentity.objects.filter(pk=other.pk).update(account_id=None)
