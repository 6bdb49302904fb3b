using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Takes in what ends or takes back: refunds, chargebacks, cancellations. Each may come before what it is about.</summary>
internal sealed class RefundIntake(EntityId ids)
{
    /// <summary>The answer as JSON. It shows how much takes effect, so the sale's customer is derived at once.</summary>
    public string Refund(IntakeBatch batch, Derivation derivation, RefundRequest request, RequestHash hash)
    {
        // :: 1
        if (batch.Answers.Repeat(BusinessKey.Refund(request.TestMode == true, request.RefundId!), hash) is { } answered)
        {
            return answered;
        }

        // What was understood as a test without saying so is the same when it is told again.
        if (!request.IsLive && batch.Answers.RepeatOfSame(BusinessKey.Refund(true, request.RefundId!), hash) is { } first)
        {
            return first;
        }

        var isTest = TestMode.IsTest(batch, request);
        var key = BusinessKey.Refund(isTest, request.RefundId!);
        if (batch.Answers.Repeat(key, hash) is { } known)
        {
            return known;
        }

        // :: 2
        var at = OccurredAt.Check(request.OccurredAtMs, "occurredAt", batch.NowMs);
        var saleKey = BusinessKey.Sale(isTest, request.InvoiceId)!;
        var sale = batch.Sale(saleKey);
        if (sale is not null)
        {
            RefuseOther(request, sale.Row);
            if (request is not { Tax: null, Shipping: null, LineItems: null })
            {
                // What came before it in this batch has taken its part by now, as it would have in one of its own.
                derivation.Derive(batch.CustomerOf(sale));
                RefuseMore(request, PartsLeft.Of(sale.ToCredited()));
            }
        }

        // :: 3
        var row = new AdjustmentRow
        {
            Id = ids.Next(),
            BusinessKey = key,
            Kind = request.Type!,
            SaleKey = saleKey,
            Amount = request.Amount,
            Currency = request.Currency,
            Tax = request.Tax,
            Shipping = request.Shipping,
            LineItems = LineItem.ToText(request.LineItems?.Select(line => line.ToLineItem()).ToList()),
            OccurredAt = at,
            ReceivedAt = batch.NowMs,
            Reason = request.Reason,
            IsTest = isTest,
            RequestHash = hash.Stored,
        };
        if (batch.Add(row) is { } customer)
        {
            derivation.Derive(customer);
        }

        row.Answer = ConversionIntake.Json(new RefundAnswer(
            request.RefundId!, request.InvoiceId!, request.Type!, sale is null ? request.Amount : row.Applied, sale?.Row.Currency ?? request.Currency, request.Reason,
            Fields.Time(at), sale is null ? "pending" : "applied", request.Tax, request.Shipping, LineItem.Parse(row.LineItems)));
        batch.Answers.Keep(key, new FirstAnswer("refund", row.Answer, row.RequestHash, null));
        return row.Answer;
    }

    /// <summary>The answer as JSON. Told again or in another order it comes to the same: the customer shows the latest.</summary>
    public string Cancel(IntakeBatch batch, CancellationRequest request)
    {
        var isTest = TestMode.IsTest(batch, request);
        var at = OccurredAt.Check(request.OccurredAtMs, "occurredAt", batch.NowMs);
        var customer = batch.Customer(isTest, request.CustomerExternalId!)
            ?? batch.Add(CustomerRow.Unknown(ids.Next(), isTest, request.CustomerExternalId!, batch.NowMs));
        batch.Add(new CancellationRow(customer.Row.Id, request.SubscriptionId ?? "", at, batch.NowMs));
        if (!(customer.Row.CanceledAt >= at))
        {
            customer.Row.CanceledAt = at;
            customer.IsChanged = true;
            batch.Touch(customer);
        }

        return ConversionIntake.Json(new CancellationAnswer(
            customer.Row.IsPending ? null : ConversionIntake.AnswerOf(customer), request.SubscriptionId, Fields.Time(customer.Row.CanceledAt!.Value)));
    }

    private static void RefuseOther(RefundRequest request, ConversionRow sale)
    {
        if (request.Currency is { } currency && currency != sale.Currency)
        {
            throw ApiError.Unprocessable($"currency: the sale was in {sale.Currency}, and so must its refund be.");
        }

        if (request.Amount > sale.Amount)
        {
            throw ApiError.Unprocessable($"amount: is more than the sale's, which was {sale.Amount}.");
        }
    }

    private static void RefuseMore(RefundRequest request, PartsLeft left)
    {
        if (request.Tax > left.Tax)
        {
            throw ApiError.Unprocessable($"tax: is more than the sale's, of which {left.Tax} did not go back before.");
        }

        if (request.Shipping > left.Shipping)
        {
            throw ApiError.Unprocessable($"shipping: is more than the sale's, of which {left.Shipping} did not go back before.");
        }

        foreach (var (i, line) in (request.LineItems ?? []).Index())
        {
            var there = left.OfProduct(line.ProductId!) ?? throw ApiError.Unprocessable($"lineItems[{i}].productId: {line.ProductId} is not in a line of the sale.");
            if (line.Amount > there)
            {
                throw ApiError.Unprocessable($"lineItems[{i}].amount: is more than the sale's, of which {there} did not go back before.");
            }

            left.Take(line.ToLineItem());
        }
    }
}
