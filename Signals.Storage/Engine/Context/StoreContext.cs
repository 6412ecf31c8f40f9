using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Context;

/// <summary>
/// What the parts of one open store have in common: where it lies, what it may hold, how it is set, and whom they tell.
/// </summary>
/// <remarks>
/// Thread contract: immutable; any thread. Lifetime: that of the store. It names no part of the store itself, so it shows nothing
/// of what a part may do: the collaborators of a part stand in its constructor.
/// </remarks>
internal sealed record StoreContext
{
    /// <summary>The store's folder. An operation that finds no file handle waits for one.</summary>
    public required StoreFolder Folder { get; init; }

    /// <summary>The same folder for tables: their handles come from a pool, and a read of an open table does not wait for one.</summary>
    public required StoreFolder TableFolder { get; init; }

    /// <summary>The schema in force: the stored one joined with the declared one.</summary>
    public required StoreSchema Schema { get; init; }

    /// <summary>The settings, with nothing left to inherit from what the store recorded.</summary>
    public required EngineOptions Options { get; init; }

    /// <summary>Gives each new file its number.</summary>
    public required FileNumbers Numbers { get; init; }

    /// <summary>Measurements and the host's observer.</summary>
    public required StoreTelemetry Telemetry { get; init; }

    /// <summary>Whether the store has failed.</summary>
    public required FailStop FailStop { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Now, in milliseconds since the Unix epoch.</summary>
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
