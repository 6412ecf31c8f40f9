using Signals.Core.Model;
using Signals.Storage.History;

namespace Signals.Storage.Engine.Ingest;

/// <summary>Where records that are applied come from.</summary>
/// <param name="Before">The position up to which everything was applied earlier.</param>
/// <param name="Log">The log that holds the records.</param>
/// <param name="Gate">
/// Is told which users the records have rows of, before the rows are visible; null when no read can tell, as while a store is opened.
/// </param>
internal readonly record struct RecordOrigin(StreamPosition Before, ulong Log, CommitGate? Gate = null);
