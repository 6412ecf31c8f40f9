using System.Text.Json.Serialization;

namespace Signals.Training.Quality;

/// <summary>Profiles as JSON, without reflection. Infinities are text, as JSON has no number for them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(FeatureProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
