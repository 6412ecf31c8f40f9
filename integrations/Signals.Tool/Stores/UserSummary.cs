namespace Signals.Tool.Stores;

/// <summary>What a store has of a user. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="Events">How many events reads show.</param>
/// <param name="NewestMs">The newest one's time, in milliseconds since 1970, UTC.</param>
internal readonly record struct UserSummary(UserId User, long Events, long NewestMs);
