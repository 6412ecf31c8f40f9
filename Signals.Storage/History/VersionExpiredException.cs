using Signals.Core.Model;

namespace Signals.Storage.History;

/// <summary>What is asked for is older than what the store keeps, or it keeps no versions. Nothing of it is made up.</summary>
/// <param name="message">What was asked for, and what is kept.</param>
public sealed class VersionExpiredException(string message) : SignalsException(message);
