// Drives an Aggregator through the official SDK as a customer's program would. Every answer passes the SDK's own checks,
// or it throws. Environment: SERVER, KEY, and LINK with CLICK, a token of a click on it.
import assert from "node:assert/strict";
import { Dub } from "dub";
import * as errors from "dub/models/errors";

const dub = new Dub({ token: process.env.KEY, serverURL: process.env.SERVER });
const { LINK: linkId, CLICK: clickId } = process.env;
const url = "https://shop.example.com/page";

const refusal = async (type, promise) => assert.ok((await promise.then(() => null, (error) => error)) instanceof type, type.name);

// Links.
const link = await dub.links.create({ url, key: "sdk", externalId: "sdk-1", utmSource: "sdk", expiresAt: "2030-01-01T00:00:00Z" });
assert.equal(link.url, url + "?utm_source=sdk");
assert.equal((await dub.links.get({ linkId: link.id })).key, "sdk");
assert.equal((await dub.links.get({ externalId: "ext_sdk-1" })).id, link.id);
assert.equal((await dub.links.get({ domain: link.domain, key: "sdk" })).id, link.id);
assert.equal((await dub.links.update(link.id, { comments: "changed" })).comments, "changed");
assert.equal((await dub.links.upsert({ url, utmSource: "sdk", title: "again" })).id, link.id);
assert.equal(await dub.links.count({}), 2);
const made = await dub.links.createMany([{ url: url + "/1", key: "one" }, { url: url + "/2", key: "two" }, { url, key: "sdk" }]);
assert.deepEqual(made.map((item) => item.code ?? item.key), ["one", "two", "conflict"]);
assert.equal((await dub.links.updateMany({ linkIds: [made[0].id], data: { archived: true } }))[0].archived, true);
const listed = [];
for await (const page of await dub.links.list({ pageSize: 2, showArchived: true })) {
    listed.push(...page.result);
}
assert.equal(listed.length, 4);
assert.equal((await dub.links.deleteMany({ linkIds: made.slice(0, 2).map((item) => item.id) })).deletedCount, 2);

// Conversions.
const lead = await dub.track.lead({ clickId, eventName: "Sign up", customerExternalId: "c-1", customerEmail: "c@example.com", metadata: { plan: "pro" } });
assert.equal(lead.link.id, linkId);
const sale = { customerExternalId: "c-1", amount: 4990, currency: "usd", paymentProcessor: "stripe", invoiceId: "inv-1" };
assert.deepEqual(await dub.track.sale(sale), await dub.track.sale(sale));
assert.equal((await dub.track.sale({ customerExternalId: "nobody", amount: 1 })).sale, null);
assert.equal((await dub.links.get({ linkId })).saleAmount, 4990);

// Customers and partners.
const customers = [];
for await (const page of await dub.customers.list({ includeExpandedFields: true })) {
    customers.push(...page.result);
}
assert.equal(customers[0].link.id, linkId);
assert.equal((await dub.customers.list({ sortBy: "saleAmount", sortOrder: "asc" })).result.length, 1);
assert.equal((await dub.customers.get({ id: customers[0].id })).externalId, "c-1");
assert.equal((await dub.customers.update({ id: "ext_c-1", requestBody: { name: "Cleo" } })).name, "Cleo");
const partner = await dub.partners.create({ name: "Ana", email: "ana@example.com" });
const partnerLink = await dub.partners.createLink({ partnerId: partner.id, url: url + "/ana", key: "ana" });
assert.equal((await dub.partners.upsertLink({ partnerId: partner.id, url: url + "/ana" })).id, partnerLink.id);
assert.equal((await dub.partners.retrieveLinks({ partnerId: partner.id }))[0].key, "ana");
assert.equal((await dub.partners.list({}))[0].links[0].id, partnerLink.id);
assert.deepEqual((await dub.partners.create({ email: "ben@example.com", linkProps: { comments: "made with its first link" } })).links, []);
assert.deepEqual((await dub.partners.list({ sortBy: "totalClicks" })).map((item) => item.name), ["ben@example.com", "Ana"]);


// Codes and who stops.
const code = await dub.discountCodes.create({ partnerId: partner.id, linkId: partnerLink.id, code: "SAVE-10" });
assert.deepEqual([code.code, code.partnerId, code.linkId, code.discountId], ["SAVE-10", partner.id, partnerLink.id, null]);
assert.deepEqual((await dub.discountCodes.list({ partnerId: partner.id })).map((item) => item.id), [code.id]);
const drawn = await dub.discountCodes.create({ partnerId: partner.id, linkId: partnerLink.id });
assert.equal((await dub.discountCodes.delete("save10")).id, code.id);
assert.equal((await dub.discountCodes.delete(drawn.id)).id, drawn.id);
assert.ok((await dub.qrCodes.get({ url: link.qrCode, size: 300, level: "M" })).includes("PNG"));
const earned = await dub.partners.analytics({ partnerId: partner.id, groupBy: "count", interval: "all" });
assert.deepEqual([earned.clicks, earned.earnings], [0, 0]);
assert.ok(Array.isArray(await dub.partners.analytics({ partnerId: partner.id, groupBy: "timeseries", interval: "7d" })));
assert.deepEqual(await dub.partners.analytics({ partnerId: partner.id, groupBy: "top_links", interval: "all" }), []);
const stopped = await dub.partners.create({ email: "carl@example.com", linkProps: { url: url + "/carl", key: "carl" } });
assert.equal((await dub.partners.deactivate({ partnerId: stopped.id })).partnerId, stopped.id);
assert.equal((await dub.partners.ban({ partnerId: stopped.id, reason: "spam" })).partnerId, stopped.id);
assert.deepEqual((await dub.partners.list({ status: "banned" })).map((item) => item.bannedReason), ["spam"]);

// Reports: every grouping that is kept, of every kind of event, and the events themselves.
// (It has no types for rows by domain, partner and utm_*.)
const groupings = "timeseries continents countries devices browsers os triggers referers referer_urls top_links top_urls top_base_urls";
for (const event of ["clicks", "leads", "sales", "composite"]) {
    const count = await dub.analytics.retrieve({ event, groupBy: "count", interval: "all", linkId });
    assert.deepEqual([count.clicks, count.leads, count.sales, count.saleAmount], [1, 1, 1, 4990]);
    for (const groupBy of groupings.split(" ")) {
        const rows = await dub.analytics.retrieve({ event, groupBy, interval: "all" });
        assert.ok(Array.isArray(rows), `${event} by ${groupBy}`);
    }
}
const devices = await dub.analytics.retrieve({ event: "clicks", groupBy: "devices", interval: "all", linkId });
assert.deepEqual(devices.map((row) => [row.device, row.clicks]), [["Desktop", 1]]);
const [click] = await dub.events.list({ event: "clicks", interval: "all", linkId });
assert.equal(click.click.id, clickId);
const [leadEvent] = await dub.events.list({ event: "leads", interval: "all", linkId });
assert.equal(leadEvent.customer.externalId, "c-1");
const [saleEvent] = await dub.events.list({ event: "sales", interval: "all", linkId });
assert.equal(saleEvent.sale.amount, 4990);

// Commissions and payouts.
assert.equal((await dub.commissions.create({ type: "custom", partnerId: partner.id, amount: 700, description: "welcome" })).success, true);
const commissions = [];
for await (const page of await dub.commissions.list({ partnerId: partner.id })) {
    commissions.push(...page.result);
}
assert.deepEqual(commissions.map((item) => [item.type, item.earnings, item.status, item.description]), [["custom", 700, "pending", "welcome"]]);
assert.equal((await dub.commissions.update({ id: commissions[0].id, requestBody: { earnings: 500 } })).earnings, 500);
assert.deepEqual(await dub.commissions.updateMany({ commissionIds: [commissions[0].id], status: "canceled" }), [{ id: commissions[0].id, status: "canceled" }]);
assert.equal((await dub.commissions.update({ id: commissions[0].id, requestBody: { status: "pending" } })).earnings, 700);
assert.deepEqual(await dub.payouts.list({ partnerId: partner.id }), []);
for (const interval of ["24h", "7d", "30d", "90d", "1y", "mtd", "qtd", "ytd", "all"]) {
    const found = [];
    for await (const page of await dub.commissions.list({ partnerId: partner.id, groupId: "-gold", interval, timezone: "Europe/Berlin" })) {
        found.push(...page.result.map((item) => item.id));
    }
    assert.deepEqual(found, [commissions[0].id], interval);
}

// A payout is made by whoever pays, which the SDK cannot; it is made as soon as the commission is released.
const post = (path, body) => fetch(process.env.SERVER + path, {
    method: "POST", headers: { authorization: `Bearer ${process.env.KEY}`, "content-type": "application/json" }, body: JSON.stringify(body),
});
const until = Date.now() + 30_000;
let batch = await post("/payouts", { partnerIds: [partner.id] });
while (batch.status === 409 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    batch = await post("/payouts", { partnerIds: [partner.id] });
}
assert.equal(batch.status, 201);
const [payout] = await dub.payouts.list({ partnerId: partner.id });
assert.deepEqual((await dub.payouts.list({ invoiceId: payout.invoiceId, groupId: "default" })).map((item) => item.id), [payout.id]);
assert.deepEqual(await dub.payouts.list({ groupId: "-default" }), []);
assert.deepEqual([payout.amount, payout.status], [700, "processing"]);
const statusesOf = async () => {
    const statuses = [];
    for await (const page of await dub.commissions.list({ partnerId: partner.id })) {
        statuses.push(...page.result.map((item) => item.status));
    }
    return statuses;
};
assert.deepEqual(await statusesOf(), ["processed"]);
assert.equal((await post(`/payouts/${payout.id}/confirm`, { reference: "bank-1" })).status, 200);
assert.deepEqual(await statusesOf(), ["paid"]);
assert.equal((await dub.payouts.list({ partnerId: partner.id }))[0].status, "completed");
assert.equal((await dub.partners.list({ email: "ana@example.com" }))[0].totalCommissions, 700);

// Who is deleted is gone; what was bought stays.
assert.equal((await dub.customers.delete("ext_c-1")).id, customers[0].id);
await refusal(errors.NotFound, dub.customers.get({ id: "ext_c-1" }));
assert.equal((await dub.links.get({ linkId })).saleAmount, 4990);

// Refusals arrive as the SDK's own types.
await refusal(errors.Conflict, dub.links.create({ url, key: "sdk" }));
await refusal(errors.UnprocessableEntity, dub.links.create({ url: "javascript:alert(1)" }));
await refusal(errors.Forbidden, dub.links.create({ url, domain: "other.example" }));
await refusal(errors.NotFound, dub.links.get({ linkId: "link_none" }));
await refusal(errors.NotFound, dub.track.lead({ clickId: "forged", eventName: "e", customerExternalId: "c-2" }));
await refusal(errors.BadRequest, dub.track.lead({ clickId: "", eventName: "e", customerExternalId: "c-2" }));
await refusal(errors.Unauthorized, new Dub({ token: "wrong", serverURL: process.env.SERVER }).links.list({}));

assert.equal((await dub.links.delete(link.id)).id, link.id);
console.log("the SDK is content");
