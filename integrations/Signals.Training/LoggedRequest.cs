using Signals.Serving;

namespace Signals.Training;

/// <summary>A request that was served: its id in the host's log, and the receipt of the sequence. Immutable.</summary>
/// <param name="RequestId">What labels name the request by. The same id may come with several receipts.</param>
/// <param name="Receipt">The receipt that was logged with it.</param>
public readonly record struct LoggedRequest(string RequestId, SequenceReceipt Receipt);
