using Microsoft.Extensions.Options;

namespace Signals.Orleans;

/// <summary>Checks the settings of a cluster and reports all errors at once. Pure; any thread.</summary>
internal sealed class SignalsClusterOptionsValidator : IValidateOptions<SignalsClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, SignalsClusterOptions options)
    {
        string[] errors = [.. options.GetErrors().Select(error => "Signals cluster: " + error)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
