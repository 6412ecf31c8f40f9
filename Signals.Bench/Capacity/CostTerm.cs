namespace Signals.Bench.Capacity;

/// <summary>One product in the cost of a month: so much of something that has a price. Immutable.</summary>
/// <param name="Price">The name of the price, as the formula writes it.</param>
/// <param name="Option">The option that gives the price.</param>
/// <param name="Amount">How much of it a month takes.</param>
/// <param name="Unit">The unit of the amount; the price is for one of it.</param>
internal sealed record CostTerm(string Price, string Option, double Amount, string Unit)
{
    private const double Gib = 1L << 30;

    /// <summary>Every price, with its option and what it is the price of.</summary>
    public static readonly IReadOnlyList<(string Price, string Option, string Unit)> Prices =
    [
        ("MACHINE", "--price-machine", "machine hours"),
        ("STORAGE", "--price-storage", "GiB months of shared storage"),
        ("CALLS", "--price-calls", "10^6 calls that write to shared storage"),
        ("TOPIC", "--price-topic", "GiB months of the topic, all copies"),
        ("NETWORK", "--price-network", "GiB fetched from the topic"),
    ];

    /// <summary>What a plan takes in a month.</summary>
    public static IReadOnlyList<CostTerm> Of(CapacityPlan plan)
    {
        double[] amounts =
        [
            plan.Machines * CapacityModel.MonthDays * CapacityModel.DayHours,
            plan.StoredBytes / Gib,
            plan.UploadCallsPerDay * CapacityModel.MonthDays / 1e6,
            plan.LogBytes / Gib,
            plan.FetchedBytesPerMonth / Gib,
        ];
        return [.. Prices.Select((price, i) => new CostTerm(price.Price, price.Option, amounts[i], price.Unit))];
    }

    /// <summary>The cost of a month, by the prices that are given; a price that is not given counts as 0.</summary>
    public static double Sum(IEnumerable<CostTerm> terms, IReadOnlyDictionary<string, double> prices) =>
        terms.Sum(term => term.Amount * prices.GetValueOrDefault(term.Option));
}
