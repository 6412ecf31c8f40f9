using Signals.Core.Ingest;

namespace Signals.Storage.Engine.Ingest;

/// <summary>What is left of a batch or group after a filter, and how much it left out. Immutable.</summary>
/// <param name="Events">The events to append: those that were given when nothing is left out, otherwise a copy of the others.</param>
/// <param name="Early">How many were left out because they are too early.</param>
/// <param name="Late">How many were left out because they are too late.</param>
internal readonly record struct TakenEvents(IAppendable Events, int Early, int Late);
