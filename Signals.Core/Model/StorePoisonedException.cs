namespace Signals.Core.Model;

/// <summary>
/// A write or sync failed earlier, so the store no longer knows what the device holds: it refuses writes until it is reopened.
/// Reads go on.
/// </summary>
/// <param name="firstError">The error that poisoned the store; later ones are its consequences.</param>
public sealed class StorePoisonedException(Exception firstError) : SignalsException(
    $"The store refuses writes until it is reopened, because an earlier write failed: {firstError.Message}", firstError);
