"""Forms on the wire that name no row, each with the error that its task fails with.

The worker they are sent to has the settings `tests.settings_of_few_models`.
"""

from modelref.errors import ForbiddenModel, MalformedReference, UnknownAlias, UnknownModel

UNKNOWN = '{"__modelref__":["shop.nothing",1]}'

REFERENCES = {
    UNKNOWN: UnknownModel,
    '{"__modelref__":["nothing.order",1]}': UnknownModel,
    '{"__modelref__":["nothing.order",["a",1]]}': UnknownModel,
    '{"__modelref__":["nothing.order",1,"nowhere"]}': UnknownModel,
    '{"__modelref__":["auth.user",1]}': UnknownModel,  # swapped
    '{"__modelref__":["shop.named",1]}': UnknownModel,  # abstract
    '{"__modelref__":["shop.customer",1]}': ForbiddenModel,
    '{"__modelref__":["shop.customer","no number"]}': ForbiddenModel,
    '{"__modelref__":["shop.order",1,"nowhere"]}': UnknownAlias,
    '{"__modelref__":["shop.order",1,""]}': UnknownAlias,
    # no pair and no triple
    '{"__modelref__":null}': MalformedReference,
    '{"__modelref__":42}': MalformedReference,
    '{"__modelref__":"shop.order"}': MalformedReference,
    '{"__modelref__":{}}': MalformedReference,
    '{"__modelref__":{"label":"shop.order","pk":1}}': MalformedReference,
    '{"__modelref__":[]}': MalformedReference,
    '{"__modelref__":["shop.order"]}': MalformedReference,
    '{"__modelref__":["shop.order",1,"eu",1]}': MalformedReference,
    # no label, no alias
    '{"__modelref__":[null,1]}': MalformedReference,
    '{"__modelref__":["",1]}': MalformedReference,
    '{"__modelref__":["?",1]}': MalformedReference,
    '{"__modelref__":[".",1]}': MalformedReference,
    '{"__modelref__":["\\ud800.\\u0000",1]}': MalformedReference,
    '{"__modelref__":["shop.order\\n[CRITICAL] all is lost",1]}': MalformedReference,
    '{"__modelref__":["order",1]}': MalformedReference,
    '{"__modelref__":["shop.order.line",1]}': MalformedReference,
    '{"__modelref__":["shop.order",1,null]}': MalformedReference,
    '{"__modelref__":["shop.order",1,["eu"]]}': MalformedReference,
    # no primary key at all
    '{"__modelref__":["shop.order",null]}': MalformedReference,
    '{"__modelref__":["shop.order",true]}': MalformedReference,
    '{"__modelref__":["shop.order",1.5]}': MalformedReference,
    '{"__modelref__":["shop.order",NaN]}': MalformedReference,
    '{"__modelref__":["shop.order",{"pk":1}]}': MalformedReference,
    '{"__modelref__":["shop.order",[]]}': MalformedReference,
    '{"__modelref__":["shop.order",[[1]]]}': MalformedReference,
    '{"__modelref__":["nothing.order",null]}': MalformedReference,
    # none of this model
    '{"__modelref__":["shop.order","no number"]}': MalformedReference,
    '{"__modelref__":["shop.order",""]}': MalformedReference,
    '{"__modelref__":["shop.order",[1]]}': MalformedReference,
    '{"__modelref__":["shop.tag","no UUID"]}': MalformedReference,
    '{"__modelref__":["shop.tag",-1]}': MalformedReference,
    '{"__modelref__":["shop.seat",1]}': MalformedReference,
    '{"__modelref__":["shop.seat",["A"]]}': MalformedReference,
    '{"__modelref__":["shop.seat",["A",null]]}': MalformedReference,
    '{"__modelref__":["shop.seat",["A","no number"]]}': MalformedReference,
    # one inside another
    '{"__modelref__":{"__modelref__":["shop.order",1]}}': MalformedReference,
    '{"__modelref__":["shop.order",{"__modelref__":["shop.order",1]}]}': MalformedReference,
    '{"__modelref__":[{"__modelref__":["shop.order",1]},1]}': MalformedReference,
    f'{{"__modelref__":{"[" * 100}{"]" * 100}}}': MalformedReference,
}

GROUPS = {
    '{"__modelrefs__":["shop.nothing",[1,2]]}': UnknownModel,
    '{"__modelrefs__":["shop.customer",[1,2]]}': ForbiddenModel,
    '{"__modelrefs__":["shop.order",[1,2],"nowhere"]}': UnknownAlias,
    '{"__modelrefs__":null}': MalformedReference,
    '{"__modelrefs__":"shop.order"}': MalformedReference,
    '{"__modelrefs__":{}}': MalformedReference,
    '{"__modelrefs__":[]}': MalformedReference,
    '{"__modelrefs__":["shop.order"]}': MalformedReference,
    '{"__modelrefs__":["shop.order",1]}': MalformedReference,
    '{"__modelrefs__":["shop.order",{"1":2}]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,null]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,true]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,{}]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,[2]]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,"no number"]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[1,2],null]}': MalformedReference,
    '{"__modelrefs__":["order",[1,2]]}': MalformedReference,
    '{"__modelrefs__":["shop.order",[{"__modelref__":["shop.order",1]}]]}': MalformedReference,
}
