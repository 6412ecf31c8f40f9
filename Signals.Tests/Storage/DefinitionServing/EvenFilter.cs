using Signals.Enrichment;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>An event filter of a host: keeps events of the type a whose n is an even number. Threads: any.</summary>
internal sealed class EvenFilter : IEventFilter
{
    private readonly Input<int> _number;

    public EvenFilter()
    {
        Signature = EnrichmentSignature.Named("even", version: 1).On("a").Input("n", out _number).Build();
    }

    public EnrichmentSignature Signature { get; }

    public static bool Takes(string eventType) => eventType is "a";

    public static bool Keeps(NaiveEvent row) => Takes(row.Type) && row["n"] is { Has: true, Value: int number } && number % 2 == 0;

    public void Filter(EnrichmentBatch batch, Span<bool> keep)
    {
        ColumnView<int> numbers = batch.Read(_number);
        for (int row = 0; row < keep.Length; row++)
        {
            keep[row] = numbers.Has(row) && numbers[row] % 2 == 0;
        }
    }
}
