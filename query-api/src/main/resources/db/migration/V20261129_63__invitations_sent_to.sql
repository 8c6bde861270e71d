-- What one address was sent, and what one person has, by whichever teams: so that nobody is flooded by many of them.
CREATE INDEX team_invitations_to ON team_invitations (email);
CREATE INDEX team_invitations_by ON team_invitations (invited_by);
