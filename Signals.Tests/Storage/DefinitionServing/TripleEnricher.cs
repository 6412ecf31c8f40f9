using Signals.Enrichment;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>
/// An enricher of a host: from n the number 3n + user (null where n is a multiple of 5, absent without n) and a vector. Threads: any.
/// </summary>
internal sealed class TripleEnricher : IEnricher
{
    private readonly Input<int> _number;
    private readonly Output<long> _triple;
    private readonly Output<Half> _vector;

    public TripleEnricher()
    {
        Signature = EnrichmentSignature.Named("triple", version: 1).On("a", "b").Input("n", out _number)
            .Output("triple", out _triple).OutputVector("vector", 3, out _vector).Build();
    }

    public EnrichmentSignature Signature { get; }

    public static bool Takes(string eventType) => eventType is "a" or "b";

    /// <summary>What the enricher must give, for the reference.</summary>
    public static void Enrich(NaiveEvent row)
    {
        if (Takes(row.Type) && row["n"] is { Has: true, Value: int number })
        {
            row.Cells["triple"] = number % 5 == 0 ? NaiveCell.Null : NaiveCell.Of((3L * number) + (long)row.User);
            row.Cells["vector"] = NaiveCell.Of(Vector(number));
        }
    }

    public void Enrich(EnrichmentBatch batch)
    {
        ColumnView<int> numbers = batch.Read(_number);
        ColumnWriter<long> triples = batch.Write(_triple);
        ColumnWriter<Half> vectors = batch.Write(_vector);
        for (int row = 0; row < batch.Count; row++)
        {
            if (!numbers.Has(row))
            {
                continue;
            }

            vectors.Set(row, [(Half)(numbers[row] % 100), Half.One, (Half)(numbers[row] % 7)]);
            if (numbers[row] % 5 == 0)
            {
                triples.SetNull(row);
            }
            else
            {
                triples.Set(row, (3L * numbers[row]) + (long)batch.UserOf(row).Low);
            }
        }
    }

    private static Half[] Vector(int number) => [(Half)(number % 100), Half.One, (Half)(number % 7)];
}
