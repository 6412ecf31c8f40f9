namespace Signals;

/// <summary>
/// The requested state is older than what the store keeps, or the store keeps no versions. The store never invents a state.
/// </summary>
/// <param name="message">What was asked for, and what is kept.</param>
public sealed class VersionExpiredException(string message) : SignalsException(message);
