using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Signals.Hosting;

/// <summary>Checks the settings of a store, and the section they come from, and reports all errors at once. Any thread.</summary>
internal sealed class SignalsOptionsValidator(string? name, IConfiguration? section = null) : IValidateOptions<SignalsOptions>
{
    public ValidateOptionsResult Validate(string? optionsName, SignalsOptions options)
    {
        if (optionsName != name)
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> errors = [];
        Require(!string.IsNullOrWhiteSpace(options.Path), "Path must name the store's folder.");
        Require(options.GetSchema() is not null, "UseSchema must declare the event types.");
        Require(options.MinFreeDiskBytes >= 0, "MinFreeDiskBytes must be at least 0.");
        Require(options.MaxStallTime >= TimeSpan.Zero, "MaxStallTime must be at least zero.");
        Require(
            options.MaxWatermarkLag is null || options.MaxWatermarkLag > TimeSpan.Zero,
            "MaxWatermarkLag must be more than zero, or left out.");
        if (section is not null)
        {
            errors.AddRange(ConfigurationKeys.ErrorsOf(section));
        }

        errors.AddRange(options.ToStoreOptions(log: null, TimeProvider.System).GetErrors());
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(error => Prefix() + error));

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                errors.Add(otherwise);
            }
        }
    }

    private string Prefix() => string.IsNullOrEmpty(name) ? "Signals: " : $"Signals '{name}': ";
}
