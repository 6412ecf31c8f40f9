using System.CommandLine;
using System.Globalization;
using Signals.Bench.Compare;

namespace Signals.Bench.Capacity;

/// <summary>
/// Prints what numbers of users need: machines, partitions, bytes, rates, times after a failure, and the cost as a formula of prices,
/// which are inputs and never known here.
/// </summary>
internal sealed class CapacityCommand(CapacityInputs inputs, long[] users, IReadOnlyDictionary<string, double> prices)
{
    private const double Gib = 1L << 30;

    private static readonly (string Title, string Unit, Func<CapacityPlan, string> Cell)[] Rows =
    [
        ("events, mean", "events/s", plan => Count(plan.EventsPerSecond)),
        ("events, peak", "events/s", plan => Count(plan.PeakEventsPerSecond)),
        ("reads, peak", "reads/s", plan => Count(plan.PeakReadsPerSecond)),
        ("tables, one copy", "GiB", plan => Count(plan.TableBytes / Gib)),
        ("partitions", "", plan => Count(plan.Partitions)),
        ("machines", "", plan => Count(plan.Machines)),
        ("... decided by", "", plan => plan.Bound),
        ("stores a machine, owned and standby", "", plan => Count(plan.StoresPerMachine)),
        ("tables of a store", "GiB", plan => Count(plan.TableBytesPerStore / Gib)),
        ("disk of a machine", "GiB", plan => Count(plan.DiskBytesPerMachine / Gib)),
        ("memory of a machine", "GiB", plan => Count(plan.MemoryBytesPerMachine / Gib)),
        ("busy cores of a machine, peak", "cores", plan => Count(plan.BusyCoresPerMachine)),
        ("events of a store, peak", "events/s", plan => Count(plan.PeakEventsPerStore)),
        ("replay from the newest checkpoint, peak", "s", plan => Count(plan.ReplaySeconds)),
        ("a store from its checkpoint until complete", "s", plan => Count(plan.RestoreStoreSeconds)),
        ("a machine with an empty disk until complete", "s", plan => Count(plan.RestoreMachineSeconds)),
        ("longest interval for the replay goal", "minutes", plan => Count(plan.IntervalMinutes)),
        ("first upload of a new owner, one store", "s", plan => Count(plan.FirstUploadSeconds)),
        ("uploaded a day", "GiB", plan => Count(plan.UploadBytesPerDay / Gib)),
        ("... calls", "10^6", plan => Count(plan.UploadCallsPerDay / 1e6)),
        ("in shared storage", "GiB", plan => Count(plan.StoredBytes / Gib)),
        ("the topic, all copies", "GiB", plan => Count(plan.LogBytes / Gib)),
    ];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("capacity", "Print what numbers of users need: machines, partitions, bytes, rates, and the cost.");
        CapacityInputs defaults = new();
        Option<string> users = command.Text(
            "--users", "N,...", "1000000,10000000,100000000,1000000000", "The numbers of users, each a column.");
        (CapacityOption Input, Option<double> Given)[] inputs =
        [
            .. CapacityOption.All.Select(input => (input, command.Real(input.Name, input.Get(defaults), input.Meaning, input.Unit))),
        ];
        (string Name, Option<double?> Given)[] prices =
        [
            .. CostTerm.Prices.Select(price => (price.Option, command.OptionalReal(price.Option, $"The price of {price.Unit}."))),
        ];
        return command.Does(line => new CapacityCommand(
            inputs.Aggregate(defaults, (all, input) => input.Input.With(all, line.GetValue(input.Given))),
            BenchCommand.NumbersOf("--users", line.GetRequiredValue(users)),
            prices.Where(price => line.GetValue(price.Given) is not null)
                .ToDictionary(price => price.Name, price => line.GetValue(price.Given)!.Value)).Run());
    }

    public int Run()
    {
        CapacityPlan[] plans = [.. users.Select(count => CapacityModel.Plan(inputs, count))];
        Console.WriteLine(TextTable.Draw(
            [
                ["input", "unit", "meaning", "source of the default", "value"],
                .. CapacityOption.All.Select(option => new[]
                {
                    option.Name, option.Unit, option.Meaning, option.Source,
                    option.Get(inputs).ToString("#,0.###", CultureInfo.InvariantCulture),
                }),
            ],
            textColumns: 4));
        Console.WriteLine(TextTable.Draw(
            [
                ["users", "unit", .. users.Select(count => Count(count))],
                .. Rows.Select(row => new[] { row.Title, row.Unit }.Concat(plans.Select(row.Cell)).ToArray()),
            ],
            textColumns: 2));
        Console.WriteLine("The cost of a month. Prices are yours; none is known here.");
        foreach (CapacityPlan plan in plans)
        {
            IEnumerable<string> products = CostTerm.Of(plan).Select(term => $"{Count(term.Amount)} x {term.Price}");
            Console.WriteLine($"  {Count(plan.Users)} users: {string.Join(" + ", products)}");
        }

        Console.WriteLine();
        Console.WriteLine(TextTable.Draw([.. CostRows(plans)], textColumns: 3));
        return 0;
    }

    private IEnumerable<string[]> CostRows(CapacityPlan[] plans)
    {
        IReadOnlyList<CostTerm>[] costs = [.. plans.Select(CostTerm.Of)];
        yield return ["price", "given", "of one of", .. users.Select(count => $"{Count(count)} users")];
        for (int i = 0; i < CostTerm.Prices.Count; i++)
        {
            (string name, string option, string unit) = CostTerm.Prices[i];
            string given = prices.TryGetValue(option, out double price) ? price.ToString("G6", CultureInfo.InvariantCulture) : option;
            yield return [name, given, unit, .. costs.Select(terms => Count(terms[i].Amount))];
        }

        if (prices.Count > 0)
        {
            string missing = prices.Count < CostTerm.Prices.Count ? "without prices that are not given" : "";
            yield return ["a month", "", missing, .. costs.Select(terms => Count(CostTerm.Sum(terms, prices)))];
            yield return
            [
                "... for 10^6 users", "", missing,
                .. costs.Select((terms, i) => Count(CostTerm.Sum(terms, prices) / plans[i].Users * 1e6)),
            ];
        }
    }

    /// <summary>About three digits that count, or all digits of a whole number of at least 100.</summary>
    internal static string Count(double value) => !double.IsFinite(value) ? "never"
        : value >= 99.95 ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value >= 9.995 ? value.ToString("0.#", CultureInfo.InvariantCulture)
        : value.ToString(value >= 0.0995 ? "0.##" : "0.####", CultureInfo.InvariantCulture);
}
