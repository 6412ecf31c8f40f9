using Signals.Enrichment;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A filter of a host that does something once, in the middle of a read, and keeps every row. Threads: one.</summary>
internal sealed class ActingFilter : IEventFilter
{
    private readonly Action _act;
    private bool _hasActed;

    public ActingFilter(Action act)
    {
        _act = act;
        Signature = EnrichmentSignature.Named("acting", version: 1).On("view").Input<float>("dwell", out _).Build();
    }

    public EnrichmentSignature Signature { get; }

    public void Filter(EnrichmentBatch batch, Span<bool> keep)
    {
        keep.Fill(true);
        if (!_hasActed)
        {
            _hasActed = true;
            _act();
        }
    }
}
