using Signals.Enrichment;

namespace Signals.Tests.Storage.Indexing;

/// <summary>A local enricher that holds its thread until the test lets it go.</summary>
internal sealed class BlockingStep : IEnricher
{
    private readonly ManualResetEventSlim _release;
    private readonly Output<int> _twice;
    private int _calls;

    public BlockingStep(ManualResetEventSlim release)
    {
        _release = release;
        Signature = EnrichmentSignature.Named("twice", 1).On("view").Output("twice", out _twice).Build();
    }

    public EnrichmentSignature Signature { get; }

    public int Calls => Volatile.Read(ref _calls);

    public void Enrich(EnrichmentBatch batch)
    {
        Interlocked.Increment(ref _calls);
        _release.Wait();
        batch.Write(_twice).Set(0, 1);
    }
}
