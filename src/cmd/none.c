/* Stands where main.c will be, so that the house can be built before its owner has moved in. */
int main(void)
{
    return 125;
}
