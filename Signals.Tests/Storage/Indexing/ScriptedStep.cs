using Signals.Enrichment;

namespace Signals.Tests.Storage.Indexing;

/// <summary>A remote enricher that does what the test says at each call, then fills twice the number of the event.</summary>
internal sealed class ScriptedStep : IRemoteEnricher
{
    private readonly Input<int> _number;
    private readonly Output<int> _twice;
    private int _calls;

    public ScriptedStep() => Signature = EnrichmentSignature.Named("twice", 1)
        .On("view").Input("number", out _number).Output("twice", out _twice).Build();

    public EnrichmentSignature Signature { get; }

    /// <summary>Called with the number of the call, from 0, and the token.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Most events that came in one batch.</summary>
    public int LargestBatch { get; private set; }

    public async ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken)
    {
        LargestBatch = Math.Max(LargestBatch, batch.Count);
        await Before(Interlocked.Increment(ref _calls) - 1, cancellationToken);
        Fill(batch.Read(_number), batch.Write(_twice));
    }

    private static void Fill(ColumnView<int> numbers, ColumnWriter<int> twice)
    {
        for (int row = 0; row < numbers.Values.Length; row++)
        {
            if (numbers.Has(row))
            {
                twice.Set(row, 2 * numbers[row]);
            }
        }
    }
}
