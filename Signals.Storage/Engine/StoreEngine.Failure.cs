using Signals.Core.Model;

namespace Signals.Storage.Engine;

/// <content>What becomes of an error: it fails the store, and whoever asked for the work is told.</content>
internal sealed partial class StoreEngine
{
    private void OnFailed(Exception error)
    {
        _ring.Close();
        _acks.Fail(error);
        _freezes.FailAll();
        Telemetry.Poisoned(error);
    }

    private async Task RunAsync(Action work)
    {
        try
        {
            if (_options.Background)
            {
                await Task.Run(() => Guard(work)).ConfigureAwait(false);
            }
            else
            {
                Guard(work);
            }
        }
        catch (IOException)
        {
            // The caller gets it typed, with the first error as the cause.
            throw new StorePoisonedException(FailStop.Error!);
        }
    }

    /// <summary>
    /// An error in work that a caller's thread does for the engine poisons the store as it would on the engine's own. A store that has failed does
    /// no such work.
    /// </summary>
    private void Guard(Action work)
    {
        FailStop.ThrowIfFailed();
        try
        {
            work();
        }
        catch (Exception error) when (error is not (ObjectDisposedException or HandlesExhaustedException))
        {
            FailStop.Fail(error);
            throw;
        }
    }
}
