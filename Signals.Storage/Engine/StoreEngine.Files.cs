using System.Diagnostics;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Maintenance;
using Signals.Storage.Segments;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine;

/// <content>Work on the store's files beside the traffic: import, checkpoints, verification, certificates.</content>
internal sealed partial class StoreEngine
{
    /// <summary>Takes a segment in, on a thread that is not the engine's.</summary>
    public async Task<ImportResult> ImportAsync(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        FailStop.ThrowIfFailed();
        using Activity? activity = Telemetry.Start(TelemetryNames.ImportActivity);
        ImportResult result = _options.Background
            ? await Task.Run(() => _importer.Import(path, options, cancellationToken), cancellationToken).ConfigureAwait(false)
            : _importer.Import(path, options, cancellationToken);
        activity?.SetTag(TelemetryNames.EventTypeTag, result.EventType).SetTag("signals.rows", result.Events + result.Patches)
            .SetTag("signals.bytes", result.FileBytes);
        _threads?.WakeCompaction();
        return result;
    }

    /// <summary>Records up to when an event type is complete.</summary>
    public void DeclareComplete(EventTypeSchema type, long upToMs)
    {
        FailStop.ThrowIfFailed();
        _importer.DeclareComplete(type, upToMs);
    }

    /// <summary>
    /// Takes a checkpoint; see <see cref="Checkpointer"/>. A log holds what was acknowledged; without logs a flush has to put it into
    /// tables first. An error leaves the store as it was.
    /// </summary>
    public async Task<CheckpointInfo> CheckpointAsync(string target, CancellationToken cancellationToken)
    {
        if (_log is null)
        {
            await FlushAsync().ConfigureAwait(false);
        }

        return await VisitAsync(token => _checkpointer.Take(target, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies every file of the current version; what is wrong is in the report and poisons nothing.</summary>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        VisitAsync(token => _verification.Run(progress, token), cancellationToken);

    /// <summary>The same on the caller's thread.</summary>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _visits.Run(token => _verification.Run(progress, token), cancellationToken);

    /// <summary>Begins the certificate of an erasure that was acknowledged.</summary>
    public ErasureCertificate Certify(UserId user) => _ledger.Begin(user, _erasures.CutoffOf(user));

    /// <summary>Work on the files that fails for itself alone: its errors are the caller's and poison nothing.</summary>
    private async Task<T> VisitAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken) => _options.Background
        ? await Task.Run(() => _visits.Run(work, cancellationToken), cancellationToken).ConfigureAwait(false)
        : _visits.Run(work, cancellationToken);
}
