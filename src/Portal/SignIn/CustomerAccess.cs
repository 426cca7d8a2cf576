using Microsoft.AspNetCore.Components.Authorization;

namespace Gateway.Portal.SignIn;

/// <summary>The sign-in of the page or circuit at hand, with its newest tokens.</summary>
internal sealed class CustomerAccess(AuthenticationStateProvider authentication, SignIns signIns)
{
    /// <summary>The sign-in; null: nobody is signed in.</summary>
    public async ValueTask<PortalSession?> SessionAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return PortalSession.From(state.User) is { } session ? signIns.Newest(session) : null;
    }
}
