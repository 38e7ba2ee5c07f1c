"""The shop's orders in WooCommerce, through its REST API v3: the second implementation of `bot.shop.port`.

`shop` is the port; `client` speaks HTTP; `finding` and `goods` ask; `reading` maps in; `writing` maps out; `effects`
keeps on the order itself what was done for which key. Names of fields and endpoints are those of the API's reference
(woocommerce/woocommerce-rest-api-docs, source/includes/wp-api-v3, 2024-03-15); what the reference leaves open was read
in woocommerce/woocommerce (plugins/woocommerce/includes), and each place says which file.
"""
