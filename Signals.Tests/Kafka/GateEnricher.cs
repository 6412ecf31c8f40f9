using Signals.Enrichment;

namespace Signals.Tests.Kafka;

/// <summary>An enricher that answers when its gate is opened, so that a store has no room until then. Threads: any.</summary>
internal sealed class GateEnricher : IRemoteEnricher
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EnrichmentSignature Signature { get; } =
        EnrichmentSignature.Named("gate", 1).On("view").Output("gate", out Output<int> _).Build();

    public void Open() => _gate.TrySetResult();

    public async ValueTask EnrichAsync(EnrichmentBatch batch, CancellationToken cancellationToken) =>
        await _gate.Task.WaitAsync(cancellationToken);
}
